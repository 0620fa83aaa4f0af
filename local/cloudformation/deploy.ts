import { createHash } from 'node:crypto';
import { arn } from '../account.ts';
import type { Cloud } from '../cloud.ts';
import { type AssemblyStack, readAssembly } from './assembly.ts';
import { creationOrder } from './order.ts';
import { physicalName } from './physical-name.ts';
import { resourceHandler } from './resources.ts';
import { StackScope } from './stack-scope.ts';
import type { Stack, StackOutput, StackResource } from './stack-store.ts';
import { DeployError, type TemplateResource } from './template.ts';

export interface DeployOptions {
  /** Values of template parameters, by name. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly log?: (line: string) => void;
}

type Assets = ReadonlyMap<string, string>;

/** Logical ids that have no effect here. */
const IGNORED = new Set(['AWS::CDK::Metadata']);

/**
 * Deploys every stack of a synthesized cloud assembly (`cdk.out`), in order of their dependencies. Deploying again
 * updates in place: what has data keeps it, functions and state machines get new versions as their templates say.
 * @throws DeployError naming the stack and the resource
 */
export async function deployAssembly(cloud: Cloud, assemblyDir: string, options: DeployOptions = {}): Promise<Stack[]> {
  const { stacks, assets } = readAssembly(assemblyDir);
  const deployed: Stack[] = [];
  for (const stack of stacks) deployed.push(await deployStack(cloud, stack, assets, options));
  cloud.deployed();
  return deployed;
}

async function deployStack(
  cloud: Cloud,
  source: AssemblyStack,
  assets: Assets,
  options: DeployOptions,
): Promise<Stack> {
  const { stackName, template } = source;
  if (source.region !== undefined && source.region !== cloud.region) {
    throw new DeployError(`${stackName} is for the region ${source.region}; this is ${cloud.region}`);
  }
  const before = cloud.stacks.find(stackName);
  const stackId = arn('cloudformation', cloud.region, `stack/${stackName}/${uuidOf(stackName)}`);
  const parameters = { ...source.parameters, ...options.parameters };
  const common = { stackName, stackId, template, parameters };
  const scope = new StackScope({ ...common, region: cloud.region, stacks: cloud.stacks, ssm: cloud.ssm });
  await scope.readParameters();
  const resources: StackResource[] = [];
  const definitions = template.Resources ?? {};
  for (const logicalId of creationOrder(definitions)) {
    const definition = definitions[logicalId]!;
    if (IGNORED.has(definition.Type) || (definition.Condition && !scope.condition(definition.Condition))) continue;
    const resource = await within(`${stackName}/${logicalId} (${definition.Type})`, () =>
      deployResource(cloud, scope, stackName, logicalId, definition, assets),
    );
    scope.add(logicalId, resource);
    resources.push(resource);
  }
  const removed = await removeOthers(cloud, stackName, before, resources);
  const stack: Stack = {
    name: stackName,
    id: stackId,
    description: template.Description,
    createdMs: before?.createdMs ?? cloud.clock.now(),
    updatedMs: cloud.clock.now(),
    parameters: scope.parameters,
    resources,
    outputs: await within(`${stackName}/Outputs`, async () => outputsOf(source, scope)),
  };
  cloud.stacks.put(stack);
  options.log?.(`${stackName}: ${resources.length} resources${removed > 0 ? `, ${removed} removed` : ''}`);
  return stack;
}

async function deployResource(
  cloud: Cloud,
  scope: StackScope,
  stackName: string,
  logicalId: string,
  definition: TemplateResource,
  assets: Assets,
): Promise<StackResource> {
  const type = definition.Type;
  const deployed = await resourceHandler(type).apply({
    cloud,
    stackName,
    logicalId,
    type,
    name: physicalName(stackName, logicalId, type),
    properties: scope.evaluate(definition.Properties ?? {}) as Record<string, unknown>,
    asset: (objectKey) => assets.get(objectKey),
  });
  const isRetained = /^Retain/.test(definition.DeletionPolicy ?? '');
  return { ...deployed, logicalId, type, isRetained };
}

/** Takes away what the template no longer has, unless it is retained. */
async function removeOthers(
  cloud: Cloud,
  stackName: string,
  before: Stack | undefined,
  now: readonly StackResource[],
): Promise<number> {
  const kept = new Set(now.map(({ logicalId }) => logicalId));
  const gone = (before?.resources ?? []).filter(({ logicalId, isRetained }) => !kept.has(logicalId) && !isRetained);
  for (const resource of gone.toReversed()) {
    const source = `${stackName}/${resource.logicalId}`;
    await within(`${source} (${resource.type})`, async () =>
      resourceHandler(resource.type).remove?.(cloud, resource, source),
    );
  }
  return gone.length;
}

function outputsOf({ template }: AssemblyStack, scope: StackScope): StackOutput[] {
  return Object.entries(template.Outputs ?? {})
    .filter(([, output]) => !output.Condition || scope.condition(output.Condition))
    .map(([key, output]) => ({
      key,
      value: String(scope.evaluate(output.Value)),
      description: output.Description,
      exportName: output.Export ? String(scope.evaluate(output.Export.Name)) : undefined,
    }));
}

async function within<T>(where: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new DeployError(`${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
