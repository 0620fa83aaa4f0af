import { readFileSync } from 'node:fs';
import { arn } from '../../account.ts';
import { type ResourceHandler, type ResourceRequest, textOf } from '../resource-handler.ts';
import { DeployError } from '../template.ts';

type Shape = Record<string, unknown>;

const stateMachine: ResourceHandler = {
  async apply(request) {
    const { cloud, properties } = request;
    const name = textOf(properties.StateMachineName, request.name);
    const stateMachineArn = arn('states', cloud.region, `stateMachine:${name}`);
    const settings = { definition: definitionOf(request), roleArn: String(properties.RoleArn) };
    const known = await described(request, stateMachineArn);
    if (!known) {
      await cloud.call('states', 'CreateStateMachine', {
        name,
        type: properties.StateMachineType ?? 'STANDARD',
        ...settings,
      });
    } else if (known.definition !== settings.definition || known.roleArn !== settings.roleArn) {
      await cloud.call('states', 'UpdateStateMachine', { stateMachineArn, ...settings });
    }
    const now = await cloud.call('states', 'DescribeStateMachine', { stateMachineArn });
    return {
      physicalId: stateMachineArn,
      attributes: { Arn: stateMachineArn, Name: name, StateMachineRevisionId: now.revisionId ?? 'INITIAL' },
    };
  },
  async remove(cloud, { physicalId }) {
    await cloud.call('states', 'DeleteStateMachine', { stateMachineArn: physicalId });
  },
};

const described = ({ cloud }: ResourceRequest, stateMachineArn: string): Promise<Shape | undefined> =>
  cloud.call('states', 'DescribeStateMachine', { stateMachineArn }).catch((error) => {
    if (error instanceof Error && error.name === 'StateMachineDoesNotExist') return undefined;
    throw error;
  });

function definitionOf({ properties, asset }: ResourceRequest): string {
  const place = properties.DefinitionS3Location as { Key?: string } | undefined;
  let text = textOf(properties.DefinitionString, '');
  if (place) {
    const path = asset(String(place.Key));
    if (!path) throw new DeployError(`the assembly has no asset ${place.Key}`);
    text = readFileSync(path, 'utf8');
  } else if (properties.Definition) text = JSON.stringify(properties.Definition);
  const substitutions = (properties.DefinitionSubstitutions ?? {}) as Shape;
  return text.replace(/\$\{([A-Za-z0-9_]+)\}/g, (whole, key: string) =>
    Object.hasOwn(substitutions, key) ? escaped(String(substitutions[key])) : whole,
  );
}

/** A value lands inside a JSON string. */
const escaped = (value: string): string => JSON.stringify(value).slice(1, -1);

const version: ResourceHandler = {
  async apply({ cloud, properties }) {
    const { stateMachineVersionArn } = await cloud.call('states', 'PublishStateMachineVersion', {
      stateMachineArn: properties.StateMachineArn,
      ...(properties.Description ? { description: properties.Description } : {}),
    });
    return { physicalId: String(stateMachineVersionArn), attributes: { Arn: stateMachineVersionArn } };
  },
};

const alias: ResourceHandler = {
  async apply({ cloud, properties, name: generated }) {
    const name = textOf(properties.Name, generated);
    const preference = properties.DeploymentPreference as { StateMachineVersionArn?: string } | undefined;
    const routes = preference
      ? [{ StateMachineVersionArn: preference.StateMachineVersionArn, Weight: 100 }]
      : ((properties.RoutingConfiguration ?? []) as Shape[]);
    const routingConfiguration = routes.map((route) => ({
      stateMachineVersionArn: String(route.StateMachineVersionArn),
      weight: Number(route.Weight),
    }));
    const machineArn = routingConfiguration[0]?.stateMachineVersionArn.replace(/:[^:]*$/, '');
    const aliasArn = `${machineArn}:${name}`;
    const { stateMachineAliases } = await cloud.call('states', 'ListStateMachineAliases', {
      stateMachineArn: machineArn,
    });
    const isThere = ((stateMachineAliases ?? []) as Shape[]).some((one) => one.stateMachineAliasArn === aliasArn);
    if (isThere) {
      await cloud.call('states', 'UpdateStateMachineAlias', { stateMachineAliasArn: aliasArn, routingConfiguration });
    } else await cloud.call('states', 'CreateStateMachineAlias', { name, routingConfiguration });
    return { physicalId: aliasArn, attributes: { Arn: aliasArn } };
  },
};

export const stepFunctionsResources: Record<string, ResourceHandler> = {
  'AWS::StepFunctions::StateMachine': stateMachine,
  'AWS::StepFunctions::StateMachineVersion': version,
  'AWS::StepFunctions::StateMachineAlias': alias,
};
