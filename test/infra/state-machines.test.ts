// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of definitions
import { describe, expect, it } from 'vitest';
import { checkPlaceholders } from '../../infra/constructs/asl-state-machine.ts';
import { STATE_MACHINES } from '../../infra/state-machines.ts';
import {
  actionsOf,
  resourcesOf,
  resourcesOfStatement,
  statementsByRole,
  type TemplateResource,
  templatesOf,
} from './app-in-process.ts';
import { MINIMAL } from './configurations.ts';
import { definitions } from './definitions.ts';

const { app } = templatesOf(MINIMAL);
const byRole = statementsByRole(app);
const machines = resourcesOf(app, 'AWS::StepFunctions::StateMachine');
const logicalId = (construct: string) => new RegExp(`^${construct}Machine`);
const machineOf = (construct: string): [string, TemplateResource] =>
  machines.find(([id]) => logicalId(construct).test(id))!;

/** Resources that a machine's role has an action on, as text. */
function granted(machine: TemplateResource, action: string): string[] {
  const role = machine.Properties.RoleArn['Fn::GetAtt'][0];
  return byRole
    .get(role)!
    .filter((statement) => actionsOf(statement).includes(action))
    .flatMap((statement) => resourcesOfStatement(statement).map((resource) => JSON.stringify(resource)))
    .sort();
}

it('deploys every definition', () => {
  expect(STATE_MACHINES.map(({ name }) => name).sort()).toEqual(definitions().map(({ name }) => name));
  expect(machines).toHaveLength(STATE_MACHINES.length);
});

describe.each(STATE_MACHINES)('$name', ({ id, name }) => {
  const { text } = definitions().find((definition) => definition.name === name)!;
  const [machineId, machine] = machineOf(id);
  const substitutions: Record<string, unknown> = machine.Properties.DefinitionSubstitutions;

  it('is in the template as it is in its file, with a value for each placeholder and none left over', () => {
    expect(machine.Properties.DefinitionString).toBe(text);
    const placeholders = new Set([...text.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1]));
    expect(Object.keys(substitutions).sort()).toEqual([...placeholders].sort());
  });

  it('may invoke the functions that its text names, by version, and no others', () => {
    const named = Object.entries(substitutions).filter(([placeholder]) => placeholder.endsWith('Function'));
    for (const [, value] of named)
      expect(app.Resources[(value as { Ref: string }).Ref]!.Type).toBe('AWS::Lambda::Version');
    expect(granted(machine, 'lambda:InvokeFunction')).toEqual(named.map(([, value]) => JSON.stringify(value)).sort());
  });

  it('may start what it starts, and itself only for a Distributed Map', () => {
    const started = new Set(
      [...text.matchAll(/"StateMachineArn": "\$\{(\w+)StateMachine\}"/g)].map((match) => match[1]),
    );
    const expected = [...started].map((other) => JSON.stringify({ Ref: machineOf(other as string)[0] }));
    const isDistributed = text.includes('"DISTRIBUTED"');
    if (isDistributed) expected.push(JSON.stringify({ Ref: machineId }));
    expect(granted(machine, 'states:StartExecution')).toEqual(expected.sort());
    expect(granted(machine, 'states:RedriveExecution').length > 0).toBe(isDistributed);
    for (const action of ['states:DescribeExecution', 'states:StopExecution']) {
      expect(granted(machine, action).length > 0).toBe(isDistributed || text.includes('.sync'));
    }
    expect(granted(machine, 'events:PutRule').length > 0).toBe(text.includes('.sync'));
  });

  it('may read plans and write map results in the work bucket, if it has maps over it', () => {
    const reads = granted(machine, 's3:GetObject').join();
    expect(reads.includes('/work/*/plan/*')).toBe(text.includes('states:::s3:getObject'));
    expect(reads.includes('/work/*/maps/*')).toBe(text.includes('states:::s3:putObject'));
    for (const action of ['s3:PutObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload']) {
      expect(granted(machine, action).length > 0).toBe(text.includes('states:::s3:putObject'));
    }
  });

  it('logs errors without data, in a group of the prefix that log deliveries share, kept for a time', () => {
    const [destination] = machine.Properties.LoggingConfiguration.Destinations;
    expect(machine.Properties.LoggingConfiguration).toMatchObject({ Level: 'ERROR', IncludeExecutionData: false });
    const group = app.Resources[destination.CloudWatchLogsLogGroup.LogGroupArn['Fn::GetAtt'][0]]!;
    expect(group.Properties).toEqual({ LogGroupName: `/aws/vendedlogs/states/Holdfast/${name}`, RetentionInDays: 30 });
  });

  it('is started through an alias that names a version that is kept', () => {
    const [versionId, version] = resourcesOf(app, 'AWS::StepFunctions::StateMachineVersion').find(
      ([, { Properties }]) => Properties.StateMachineArn.Ref === machineId,
    )!;
    expect(version).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: { StateMachineRevisionId: { 'Fn::GetAtt': [machineId, 'StateMachineRevisionId'] } },
    });
    const [aliasId] = resourcesOf(app, 'AWS::StepFunctions::StateMachineAlias').find(([, { Properties }]) =>
      JSON.stringify(Properties.RoutingConfiguration).includes(versionId),
    )!;
    expect(JSON.stringify(app.Outputs[`${id}StateMachine`]!.Value)).toContain(aliasId);
  });
});

describe('checkPlaceholders', () => {
  it('refuses what is missing and what is left over', () => {
    expect(() => checkPlaceholders('x', new Set(['A', 'B']), { A: '1' })).toThrow('nothing is given for ${B}');
    expect(() => checkPlaceholders('x', new Set(['A']), { A: '1', B: '2' })).toThrow(
      '${B} is given and does not occur',
    );
    expect(() => checkPlaceholders('x', new Set(['A']), { A: '1' })).not.toThrow();
  });
});
