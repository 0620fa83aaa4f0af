import { arn } from '../../account.ts';
import { DEFAULT_ASYNC_POLICY } from '../../lambda/function-store.ts';
import { type ResourceHandler, type ResourceRequest, sourceOf, textOf } from '../resource-handler.ts';
import { DeployError } from '../template.ts';

type Shape = Record<string, unknown>;

const lambdaFunction: ResourceHandler = {
  apply(request) {
    const { cloud, properties, logicalId } = request;
    const runtime = textOf(properties.Runtime, 'container image');
    if (!runtime.startsWith('nodejs')) throw new DeployError(`not implemented here: the runtime ${runtime}`);
    if (((properties.Layers ?? []) as unknown[]).length > 0) throw new DeployError('not implemented here: layers');
    const name = textOf(properties.FunctionName, request.name);
    const functionArn = arn('lambda', cloud.region, `function:${name}`);
    const variables = ((properties.Environment as Shape | undefined)?.Variables ?? {}) as Record<string, string>;
    cloud.functions.put({
      name,
      logicalId,
      arn: functionArn,
      version: '$LATEST',
      codeDir: codeDirectory(request),
      handler: textOf(properties.Handler, 'index.handler'),
      roleArn: String(properties.Role),
      environment: Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, String(value)])),
      timeoutSeconds: Number(properties.Timeout ?? 3),
      memoryMb: Number(properties.MemorySize ?? 128),
      logFormat: (properties.LoggingConfig as Shape | undefined)?.LogFormat === 'JSON' ? 'JSON' : 'Text',
    });
    return { physicalId: name, attributes: { Arn: functionArn } };
  },
  remove: (cloud, { physicalId }) => cloud.functions.delete(physicalId),
};

function codeDirectory({ cloud, properties, asset }: ResourceRequest): string {
  const code = (properties.Code ?? {}) as Shape;
  if (typeof code.ZipFile === 'string') return cloud.code.inline(code.ZipFile);
  const key = textOf(code.S3Key, '');
  const path = asset(key);
  if (!path) throw new DeployError(`the assembly has no asset ${key || 'for this function'}`);
  return cloud.code.asset(key, path);
}

const version: ResourceHandler = {
  apply({ cloud, properties, logicalId }) {
    const published = cloud.functions.publish(String(properties.FunctionName), logicalId);
    const versionArn = `${published.arn}:${published.version}`;
    return { physicalId: versionArn, attributes: { Version: published.version, FunctionArn: versionArn } };
  },
};

const alias: ResourceHandler = {
  apply({ cloud, properties }) {
    const name = String(properties.Name);
    const { config } = cloud.functions.resolve(String(properties.FunctionName));
    cloud.functions.setAlias(config.name, name, String(properties.FunctionVersion));
    return { physicalId: `${config.arn}:${name}`, attributes: { AliasArn: `${config.arn}:${name}` } };
  },
};

const permission: ResourceHandler = {
  apply(request) {
    const { cloud, properties, name } = request;
    const { config } = cloud.functions.resolve(String(properties.FunctionName));
    cloud.functions.permit(config.name, sourceOf(request), {
      principal: String(properties.Principal),
      action: String(properties.Action),
      sourceArn: properties.SourceArn as string | undefined,
    });
    return { physicalId: name, attributes: { Id: name } };
  },
  remove(cloud, _, source) {
    cloud.functions.revoke(source);
  },
};

const invokeConfig: ResourceHandler = {
  apply({ cloud, properties, name }) {
    const { config } = cloud.functions.resolve(String(properties.FunctionName));
    const destination = (on: string) =>
      ((properties.DestinationConfig as Record<string, Shape> | undefined)?.[on]?.Destination ?? '') as string;
    const [onFailure, onSuccess] = [destination('OnFailure'), destination('OnSuccess')];
    cloud.functions.setAsyncPolicy(config.name, textOf(properties.Qualifier, '$LATEST'), {
      maxAttempts: 1 + Number(properties.MaximumRetryAttempts ?? DEFAULT_ASYNC_POLICY.maxAttempts - 1),
      maxAgeSeconds: Number(properties.MaximumEventAgeInSeconds ?? DEFAULT_ASYNC_POLICY.maxAgeSeconds),
      ...(onFailure ? { onFailure } : {}),
      ...(onSuccess ? { onSuccess } : {}),
    });
    return { physicalId: name, attributes: {} };
  },
};

export const lambdaResources: Record<string, ResourceHandler> = {
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Version': version,
  'AWS::Lambda::Alias': alias,
  'AWS::Lambda::Permission': permission,
  'AWS::Lambda::EventInvokeConfig': invokeConfig,
};
