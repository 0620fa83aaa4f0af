// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of definitions
import { describe, expect, it } from 'vitest';
import { type AslDefinition, externalGrants, needsOf } from '../../infra/asl-grants.ts';

const task = (resource: string, args: object = {}) => ({ Type: 'Task', Resource: resource, Arguments: args });
const definition = (states: object): AslDefinition => ({ States: states }) as AslDefinition;

const arns = {
  functionArn: (name: string) => `fn:${name}`,
  machine: (name: string) => ({ machineArn: `sm:${name}`, executionsArn: `ex:${name}` }),
  syncRuleArn: 'rule',
  bucketArn: (name: string) => `bucket:${name}`,
  account: '111122223333',
};

describe('needsOf', () => {
  it('looks into branches and item processors', () => {
    const needs = needsOf(
      definition({
        Work: {
          Type: 'Parallel',
          Branches: [
            definition({
              Copy: {
                Type: 'Map',
                ItemProcessor: {
                  ProcessorConfig: { Mode: 'DISTRIBUTED' },
                  States: {
                    Child: task('arn:${Partition}:states:::lambda:invoke', { FunctionName: '${CopyFunction}' }),
                  },
                },
                ItemReader: { Resource: 'arn:aws:states:::s3:getObject', Arguments: { Bucket: '${WorkBucket}' } },
                ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: '${WorkBucket}' } },
              },
            }),
          ],
        },
        Direct: task('${PlanFunction}'),
      }),
    );
    expect([...needs.functions]).toEqual(['CopyFunction', 'PlanFunction']);
    expect(needs.distributedMap).toBe(true);
    const conditions = { StringEquals: { 'aws:ResourceAccount': [arns.account] } };
    expect(externalGrants(needs, arns)).toEqual([
      { actions: ['lambda:InvokeFunction'], resources: ['fn:CopyFunction', 'fn:PlanFunction'] },
      { actions: ['s3:GetObject'], resources: ['bucket:WorkBucket/work/*/plan/*'], conditions },
      {
        actions: ['s3:PutObject', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:AbortMultipartUpload'],
        resources: ['bucket:WorkBucket/work/*/maps/*'],
        conditions,
      },
    ]);
  });

  it('knows that waiting for an execution takes more than starting one', () => {
    const start = (resource: string) =>
      externalGrants(
        needsOf(definition({ S: task(`arn:aws:states:::${resource}`, { StateMachineArn: '${CleanUpStateMachine}' }) })),
        arns,
      );
    const started = { actions: ['states:StartExecution'], resources: ['sm:CleanUpStateMachine'] };
    expect(start('states:startExecution')).toEqual([started]);
    expect(start('states:startExecution.sync:2')).toEqual([
      started,
      { actions: ['states:DescribeExecution', 'states:StopExecution'], resources: ['ex:CleanUpStateMachine'] },
      { actions: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], resources: ['rule'] },
    ]);
  });

  it('refuses an integration that it has no grants for', () => {
    expect(() => needsOf(definition({ S: task('arn:aws:states:::sns:publish') }))).toThrow(
      'S: no grants are known for',
    );
    expect(() => needsOf(definition({ S: task('arn:aws:states:::lambda:invoke', { FunctionName: 'x' }) }))).toThrow(
      'S must be one placeholder',
    );
  });
});
