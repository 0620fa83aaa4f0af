import { expect, it } from 'vitest';
import { Cloud } from '../../local/cloud.ts';
import { deployAssembly } from '../../local/cloudformation/deploy.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { synthesize, templatesOf } from './app-in-process.ts';
import { ALL_OPTIONS, IMPORTS, MINIMAL } from './configurations.ts';

/** Made by `cdk bootstrap`; its template parameter has a default, and nobody is asked for it. */
const BOOTSTRAP_PARAMETER = 'BootstrapVersion';

it.each([
  ['the least configuration', MINIMAL],
  ['every option', ALL_OPTIONS],
  ['data of an earlier deployment', IMPORTS],
])('with %s asks for nothing: no parameter, no look-up, no secret of the account', (_, configuration) => {
  const assembly = synthesize(configuration);
  expect(assembly.manifest.missing ?? []).toEqual([]);
  expect(assembly.stacks).toHaveLength(2);
  for (const { template, environment, parameters, stackName } of assembly.stacks) {
    const asked = Object.entries(template.Parameters ?? {}) as [string, { Default?: unknown; Type: string }][];
    expect(asked).toEqual([[BOOTSTRAP_PARAMETER, expect.objectContaining({ Default: expect.any(String) })]]);
    expect(parameters).toEqual({});
    // Whose account and Region it is, only who deploys knows.
    expect(environment).toMatchObject({ account: 'unknown-account', region: 'unknown-region' });
    expect([stackName, JSON.stringify(template)]).not.toEqual([stackName, expect.stringContaining('{{resolve:')]);
    expect(JSON.stringify(template)).not.toContain('"AWS::CloudFormation::CustomResource"');
    // What a stack takes of another one is what this assembly deploys before it.
    const taken = [...JSON.stringify(template).matchAll(/"Fn::ImportValue":"([^:"]+):/g)].map(([, from]) => from);
    expect(taken.filter((from) => !assembly.stacks.some((stack) => stack.stackName === from))).toEqual([]);
  }
});

it('takes a table, buckets and a key that are there already, and reaches these and no others', async () => {
  const cloud = new Cloud({ clock: new VirtualClock() });
  const table = async (TableName: string) => {
    const made = await cloud.call('dynamodb', 'CreateTable', {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
    return (made.TableDescription as { TableArn: string }).TableArn;
  };
  const tableArn = await table('left-table');
  await table('other-table');
  for (const Bucket of ['left-system', 'left-work', 'other', 'backups']) {
    await cloud.call('s3', 'CreateBucket', { Bucket });
  }
  const [, , , region, account] = tableArn.split(':');
  const keyArn = `arn:aws:kms:${region}:${account}:key/1b2c3d4e-0000-4000-8000-000000000001`;
  const configuration = {
    ...MINIMAL,
    keys: [keyArn],
    imports: { tableArn, systemBucketName: 'left-system', workBucketName: 'left-work' },
  };
  expect(templatesOf(configuration).data.Resources ?? {}).toEqual({});
  const before = (await cloud.call('dynamodb', 'ListTables', {})).TableNames;
  const stacks = await deployAssembly(cloud, synthesize(configuration).directory);
  const outputs = Object.fromEntries(stacks.flatMap((stack) => stack.outputs.map(({ key, value }) => [key, value])));
  expect(outputs).toMatchObject({
    ...{ TableName: 'left-table', TableArn: tableArn, SystemBucket: 'left-system', WorkBucket: 'left-work' },
    RepairStateMachine: expect.stringContaining(':stateMachine:'),
  });
  // Nothing beside it was made.
  expect((await cloud.call('dynamodb', 'ListTables', {})).TableNames).toEqual(before);
  expect(((await cloud.call('s3', 'ListBuckets', {})).Buckets as { Name: string }[]).map(({ Name }) => Name)).toEqual([
    ...['backups', 'left-system', 'left-work', 'other'],
  ]);

  const taking = cloud.functions.list().find(({ logicalId }) => /^TakeSystemSnapshotFunction/.test(logicalId))!;
  expect(taking.environment).toMatchObject({ TABLE_NAME: 'left-table', SYSTEM_BUCKET: 'left-system' });
  const as = { kind: 'role', roleArn: taking.roleArn } as const;
  const Key = { pk: { S: 'root#s3://backups/hbase' }, sk: { S: 'control' } };
  await cloud.call('dynamodb', 'GetItem', { TableName: 'left-table', Key }, as);
  await cloud.call('s3', 'PutObject', { Bucket: 'left-system', Key: 'system/x', Body: 'x', IfNoneMatch: '*' }, as);
  await expect(cloud.call('dynamodb', 'GetItem', { TableName: 'other-table', Key }, as)).rejects.toThrow(/authorized/);
  await expect(
    cloud.call('s3', 'PutObject', { Bucket: 'other', Key: 'system/x', Body: 'x', IfNoneMatch: '*' }, as),
  ).rejects.toThrow();
  await cloud.close();
});
