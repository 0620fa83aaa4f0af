// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of templates are what is tested
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aws, CfnCondition, CfnOutput, CfnResource, CustomResource, Duration, Fn, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as destinations from 'aws-cdk-lib/aws-lambda-destinations';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { afterEach, describe, expect, it } from 'vitest';
import { Cloud } from '../../../../local/cloud.ts';
import { deployAssembly } from '../../../../local/cloudformation/deploy.ts';
import { VirtualClock } from '../../../../local/virtual-clock.ts';
import { temporaryDirectory } from '../tiny-app/tiny-app.ts';

let cloud: Cloud;
afterEach(() => cloud.close());
const newCloud = (handlers = {}) => {
  cloud = new Cloud({ clock: new VirtualClock(), handlers });
  return cloud;
};

/** Synthesizes an app that `build` fills, deploys it, and answers the last stack's outputs. */
async function deploy(build: (app: App, stack: Stack) => void, parameters = {}): Promise<Record<string, string>> {
  const app = new App({ outdir: join(temporaryDirectory(), 'cdk.out'), analyticsReporting: false });
  const main = new Stack(app, 'Main');
  new logs.LogGroup(main, 'Base', { logGroupName: 'base' });
  build(app, main);
  const stacks = await deployAssembly(cloud, app.synth().directory, { parameters });
  return Object.fromEntries(stacks.flatMap(({ outputs }) => outputs).map(({ key, value }) => [key, value]));
}

const inlineFunction = (stack: Stack, id: string) =>
  new lambda.Function(stack, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => 1;'),
  });

describe('deployAssembly', () => {
  it('makes buckets and tables with their settings', async () => {
    newCloud();
    const out = await deploy((_, stack) => {
      const key = new kms.Key(stack, 'Key', { alias: 'alias/data' });
      const bucket = new s3.Bucket(stack, 'Bucket', {
        versioned: true,
        encryption: s3.BucketEncryption.KMS,
        encryptionKey: key,
        enforceSSL: true,
        blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
        lifecycleRules: [{ id: 'old', noncurrentVersionExpiration: Duration.days(7), expiration: Duration.days(90) }],
      });
      const table = new dynamodb.TableV2(stack, 'Table', {
        partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
        sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
        deletionProtection: true,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        timeToLiveAttribute: 'expires',
      });
      new CfnOutput(stack, 'Bucket1', { value: bucket.bucketName });
      new CfnOutput(stack, 'Table1', { value: table.tableName });
      new CfnOutput(stack, 'KeyArn', { value: key.keyArn });
    });
    const Bucket = out.Bucket1;
    expect(Bucket).toMatch(/^main-bucket[a-z0-9]+-[a-z0-9]+$/);
    expect(await cloud.call('s3', 'GetBucketVersioning', { Bucket })).toEqual({ Status: 'Enabled' });
    expect(await cloud.call('s3', 'GetBucketLifecycleConfiguration', { Bucket })).toMatchObject({
      Rules: [{ ID: 'old', Expiration: { Days: 90 }, NoncurrentVersionExpiration: { NoncurrentDays: 7 } }],
    });
    expect(await cloud.call('s3', 'GetBucketEncryption', { Bucket })).toMatchObject({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: out.KeyArn } }],
      },
    });
    const { Policy } = await cloud.call('s3', 'GetBucketPolicy', { Bucket });
    expect(JSON.parse(String(Policy)).Statement[0]).toMatchObject({ Effect: 'Deny', Action: 's3:*' });
    expect(cloud.roles.resourcePolicy(`arn:aws:s3:::${Bucket}`)).toMatchObject({ Version: '2012-10-17' });
    expect(await cloud.call('dynamodb', 'DescribeTable', { TableName: out.Table1 })).toMatchObject({
      Table: { DeletionProtectionEnabled: true, BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' } },
    });
    expect(await cloud.call('dynamodb', 'DescribeContinuousBackups', { TableName: out.Table1 })).toMatchObject({
      ContinuousBackupsDescription: {
        PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: 'ENABLED' },
      },
    });
    expect(await cloud.call('kms', 'DescribeKey', { KeyId: 'alias/data' })).toMatchObject({
      KeyMetadata: { Arn: out.KeyArn },
    });
  });

  it('gives roles their inline, attached and managed policies', async () => {
    newCloud();
    const statement = (sid: string) =>
      new iam.PolicyStatement({ sid, actions: ['sts:GetCallerIdentity'], resources: ['*'] });
    const out = await deploy((_, stack) => {
      const role = new iam.Role(stack, 'Role', {
        assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
        inlinePolicies: { Inline: new iam.PolicyDocument({ statements: [statement('Inline')] }) },
        managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSLambdaBasicExecutionRole')],
        permissionsBoundary: new iam.ManagedPolicy(stack, 'Boundary', { statements: [statement('Boundary')] }),
      });
      role.addToPolicy(statement('Attached'));
      new iam.ManagedPolicy(stack, 'Managed', { statements: [statement('Managed')], roles: [role] });
      new CfnOutput(stack, 'RoleArn', { value: role.roleArn });
    });
    const policies = JSON.stringify(cloud.roles.policiesOf(out.RoleArn!));
    for (const sid of ['Inline', 'Attached', 'Managed', 'logs:PutLogEvents']) expect(policies).toContain(sid);
    expect(policies).not.toContain('Boundary"');
    expect(JSON.stringify(cloud.roles.boundaryOf(out.RoleArn!))).toContain('Boundary');
  });

  it('publishes versions that keep their number, aliases and asynchronous failures', async () => {
    let attempts = 0;
    newCloud({
      Step: async () => {
        attempts++;
        throw new Error('never');
      },
    });
    const build = (variant: string) => (_: App, stack: Stack) => {
      const dead = new sqs.Queue(stack, 'Dead');
      const step = inlineFunction(stack, 'Step');
      step.addEnvironment('VARIANT', variant);
      const live = new lambda.Alias(stack, 'Live', {
        aliasName: 'live',
        version: step.currentVersion as lambda.IVersion,
      });
      step.configureAsyncInvoke({ retryAttempts: 1, onFailure: new destinations.SqsDestination(dead) });
      new CfnOutput(stack, 'Version', { value: step.currentVersion.version });
      new CfnOutput(stack, 'Alias', { value: live.functionArn });
      new CfnOutput(stack, 'Queue', { value: dead.queueUrl });
    };
    expect(await deploy(build('a'))).toMatchObject({ Version: '1' });
    expect(await deploy(build('a'))).toMatchObject({ Version: '1' });
    const out = await deploy(build('b'));
    expect(out).toMatchObject({ Version: '2' });
    expect(cloud.functions.resolve(out.Alias!).config).toMatchObject({ version: '2', environment: { VARIANT: 'b' } });
    const name = cloud.functions.list()[0]!.name;
    expect(cloud.functions.resolve(name, '1').config.environment.VARIANT).toBe('a');

    await cloud.call('lambda', 'Invoke', { FunctionName: name, InvocationType: 'Event', Payload: '{"a":1}' });
    await cloud.clock.sleep(600_000);
    expect(attempts).toBe(2);
    const { Messages } = await cloud.call('sqs', 'ReceiveMessage', { QueueUrl: out.Queue });
    expect(JSON.parse((Messages as { Body: string }[])[0]!.Body)).toMatchObject({
      requestContext: { approximateInvokeCount: 2 },
      requestPayload: { a: 1 },
      responsePayload: { errorMessage: 'never' },
    });
  });

  it('starts what schedules and rules say', async () => {
    const seen: unknown[] = [];
    newCloud({ Seen: async (event: unknown) => void seen.push(event) });
    const out = await deploy((_, stack) => {
      const step = inlineFunction(stack, 'Seen');
      const machine = new sfn.StateMachine(stack, 'Machine', {
        definitionBody: sfn.DefinitionBody.fromString(
          '{"QueryLanguage":"JSONata","StartAt":"End","States":{"End":{"Type":"Fail","Error":"AsAsked"}}}',
        ),
      });
      const version = new sfn.CfnStateMachineVersion(stack, 'Version', { stateMachineArn: machine.stateMachineArn });
      const alias = new sfn.CfnStateMachineAlias(stack, 'Alias', {
        name: 'live',
        routingConfiguration: [{ stateMachineVersionArn: version.attrArn, weight: 100 }],
      });
      const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('scheduler.amazonaws.com') });
      machine.grantStartExecution(role);
      const schedule = (id: string, arn: string, input: unknown, state?: string) =>
        new scheduler.CfnSchedule(stack, id, {
          name: id,
          flexibleTimeWindow: { mode: 'OFF' },
          scheduleExpression: 'rate(5 minutes)',
          ...(state ? { state } : {}),
          target: { arn, roleArn: role.roleArn, input: JSON.stringify(input) },
        });
      schedule('Direct', alias.attrArn, { at: '<aws.scheduler.scheduled-time>', by: '<aws.scheduler.schedule-arn>' });
      schedule('Universal', 'arn:aws:scheduler:::aws-sdk:sfn:startExecution', {
        StateMachineArn: machine.stateMachineArn,
        Name: 'named',
        Input: '{}',
      });
      schedule('Off', alias.attrArn, {}, 'DISABLED');
      new events.Rule(stack, 'Ended', {
        eventPattern: {
          source: ['aws.states'],
          detailType: ['Step Functions Execution Status Change'],
          detail: { status: ['FAILED'], stateMachineArn: [machine.stateMachineArn] },
        },
        targets: [
          new targets.LambdaFunction(step, {
            event: events.RuleTargetInput.fromObject({
              execution: events.EventField.fromPath('$.detail.executionArn'),
              input: events.EventField.fromPath('$.detail.input'),
            }),
          }),
        ],
      });
      new CfnOutput(stack, 'MachineArn', { value: machine.stateMachineArn });
    });
    await cloud.scheduler.fire('Direct', Date.UTC(2026, 0, 1, 3));
    await cloud.scheduler.fire('Universal');
    const settled = () => cloud.clock.sleep(1_000);
    await settled();
    const arns = out.MachineArn!.replace('stateMachine', 'execution');
    expect(seen).toHaveLength(2);
    const byName = (name: string) => seen.find((one) => (one as { execution: string }).execution.includes(name));
    expect(byName(`${arns}:named`)).toEqual({ execution: `${arns}:named`, input: '{}' });
    const direct = seen.find((one) => one !== byName(':named')) as { input: string };
    expect(JSON.parse(direct.input)).toEqual({
      at: '2026-01-01T03:00:00Z',
      by: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/Direct',
    });

    const sends: (() => Promise<void>)[] = [];
    cloud.events.tamper = async (_, __, send) => void sends.push(send);
    await cloud.scheduler.fire('Direct', 0);
    await settled();
    expect(seen).toHaveLength(2);
    await Promise.all(sends.flatMap((send) => [send(), send()]));
    await settled();
    expect(seen).toHaveLength(4);
  });

  it('fires schedules by the clock when switched on, and not those that are disabled', async () => {
    const seen: unknown[] = [];
    cloud = new Cloud({
      clock: new VirtualClock(),
      schedules: true,
      handlers: { Seen: async (e) => void seen.push(e) },
    });
    await deploy((_, stack) => {
      const target = new targets.LambdaFunction(inlineFunction(stack, 'Seen'));
      new events.Rule(stack, 'Every', { schedule: events.Schedule.rate(Duration.minutes(5)), targets: [target] });
      new events.Rule(stack, 'Off', {
        schedule: events.Schedule.rate(Duration.minutes(1)),
        enabled: false,
        targets: [target],
      });
    });
    await cloud.clock.sleep(16 * 60_000);
    expect(seen).toHaveLength(3);
    expect(seen[0]).toMatchObject({ 'detail-type': 'Scheduled Event' });
  });

  it('delivers a topic to its queue and knows parameters, documents, log groups, alarms, dashboards', async () => {
    newCloud();
    const out = await deploy((_, stack) => {
      const topic = new sns.Topic(stack, 'Topic');
      const queue = new sqs.Queue(stack, 'Queue');
      topic.addSubscription(new subscriptions.SqsSubscription(queue));
      for (const n of ['a', 'b', 'c'])
        new ssm.StringParameter(stack, n, { parameterName: `/app/${n}`, stringValue: n });
      new ssm.CfnDocument(stack, 'Repair', { documentType: 'Automation', content: { schemaVersion: '0.3' } });
      new logs.LogGroup(stack, 'Log', { logGroupName: '/aws/x', retention: logs.RetentionDays.ONE_WEEK });
      const metric = new cloudwatch.Metric({ namespace: 'N', metricName: 'M' });
      new cloudwatch.Alarm(stack, 'Alarm', { metric, threshold: 1, evaluationPeriods: 1, alarmName: 'Stuck' });
      new cloudwatch.Dashboard(stack, 'Dashboard', { dashboardName: 'Board' });
      new CfnOutput(stack, 'TopicArn', { value: topic.topicArn });
      new CfnOutput(stack, 'Url', { value: queue.queueUrl });
    });
    await cloud.call('sns', 'Publish', { TopicArn: out.TopicArn, Message: 'hello' });
    const { Messages } = await cloud.call('sqs', 'ReceiveMessage', { QueueUrl: out.Url });
    expect(JSON.parse((Messages as { Body: string }[])[0]!.Body)).toMatchObject({ Message: 'hello' });
    expect(await cloud.call('ssm', 'GetParametersByPath', { Path: '/app', MaxResults: 2 })).toMatchObject({
      Parameters: [{ Value: 'a' }, { Value: 'b' }],
      NextToken: '2',
    });
    expect(await cloud.call('ssm', 'ListDocuments', {})).toMatchObject({
      DocumentIdentifiers: [{ DocumentType: 'Automation' }],
    });
    expect(await cloud.call('logs', 'DescribeLogGroups', {})).toMatchObject({
      logGroups: [{ logGroupName: 'base' }, { logGroupName: '/aws/x', retentionInDays: 7 }],
    });
    expect(await cloud.call('cloudwatch', 'DescribeAlarms', {})).toMatchObject({
      MetricAlarms: [{ AlarmName: 'Stuck' }],
    });
    expect(await cloud.call('cloudwatch', 'ListDashboards', {})).toMatchObject({
      DashboardEntries: [{ DashboardName: 'Board' }],
    });
  });

  it('orders stacks and passes values between them', async () => {
    newCloud();
    const out = await deploy((app, stack) => {
      const other = new Stack(app, 'Other');
      const bucket = new s3.Bucket(other, 'Shared');
      new CfnOutput(stack, 'FromOther', { value: bucket.bucketArn });
    });
    expect(out.FromOther).toMatch(/^arn:aws:s3:::other-shared/);
  });

  it('evaluates conditions, parameters, pseudo parameters and string functions', async () => {
    newCloud();
    const out = await deploy((_, stack) => {
      stack.templateOptions.templateFormatVersion = '2010-09-09';
      const prod = new CfnResource(stack, 'Unused', { type: 'AWS::SNS::Topic' });
      const never = new CfnCondition(stack, 'Never', { expression: Fn.conditionEquals(Aws.REGION, 'mars') });
      prod.cfnOptions.condition = never;
      new CfnOutput(stack, 'If', {
        value: Fn.conditionIf('Never', 'yes', Fn.sub('no-${AWS::Region}-${!x}')).toString(),
      });
      new CfnOutput(stack, 'Joined', { value: Fn.join('/', Fn.split(':', Aws.STACK_ID)) });
      new CfnOutput(stack, 'Selected', { value: Fn.select(1, Fn.split('-', 'a-b')) });
    }, {});
    expect(out).toMatchObject({ If: 'no-us-east-1-${x}', Selected: 'b' });
    expect(out.Joined).toMatch(/^arn\/aws\/cloudformation\/us-east-1\/000000000000\/stack\/Main\//);
    expect(cloud.sns.topics.size).toBe(0);
  });

  it('removes what the template no longer has and keeps what it retains', async () => {
    newCloud();
    await deploy((_, stack) => {
      new sns.Topic(stack, 'Topic');
      new logs.LogGroup(stack, 'Log', { logGroupName: 'kept' });
    });
    await deploy(() => {});
    expect(cloud.sns.topics.size).toBe(0);
    expect([...cloud.logs.groups.keys()]).toEqual(['base', 'kept']);
  });

  it.each([
    ['AWS::EC2::Instance', 'Main/Thing (AWS::EC2::Instance): not implemented here: AWS::EC2::Instance'],
    ['Custom::S3AutoDeleteObjects', 'not implemented here: Custom::S3AutoDeleteObjects (a custom resource'],
  ])('refuses %s by name', async (type, message) => {
    newCloud();
    await expect(deploy((_, stack) => void new CfnResource(stack, 'Thing', { type }))).rejects.toThrow(message);
  });

  it('refuses custom resources, attributes and regions that it does not have', async () => {
    newCloud();
    await expect(
      deploy((_, stack) => void new CustomResource(stack, 'Thing', { serviceToken: 'arn:aws:lambda:::x' })),
    ).rejects.toThrow('not implemented here: AWS::CloudFormation::CustomResource');
    await expect(
      deploy((_, stack) => {
        const topic = new CfnResource(stack, 'Topic', { type: 'AWS::SNS::Topic' });
        new CfnOutput(stack, 'Out', { value: topic.getAtt('Colour').toString() });
      }),
    ).rejects.toThrow('Main/Outputs: not implemented here: the attribute Colour of Topic');
    await expect(
      deploy((app) => void new logs.LogGroup(new Stack(app, 'Far', { env: { region: 'eu-west-1' } }), 'Log')),
    ).rejects.toThrow('Far is for the region eu-west-1');
  });

  it('refuses an assembly that names files outside of itself', async () => {
    newCloud();
    const dir = temporaryDirectory();
    mkdirSync(join(dir, 'cdk.out'));
    writeFileSync(join(dir, 'x.json'), '{"Resources":{}}');
    const artifacts = { Main: { type: 'aws:cloudformation:stack', properties: { templateFile: '../x.json' } } };
    writeFileSync(join(dir, 'cdk.out', 'manifest.json'), JSON.stringify({ artifacts }));
    await expect(deployAssembly(cloud, join(dir, 'cdk.out'))).rejects.toThrow('lies outside of the assembly');
    await expect(deployAssembly(cloud, dir)).rejects.toThrow('is no cloud assembly');
  });
});
