import { describe, expect, it } from 'vitest';
import type { Input, RequestPlace } from '../../../../local/iam/access-request.ts';
import { requestsOf } from '../../../../local/iam/requests.ts';

const place: RequestPlace = {
  region: 'eu-central-1',
  accountId: '000000000000',
  partitionKey: (table, index) => (table === 'table' ? (index === undefined ? 'pk' : 'owner') : undefined),
};
const here = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:000000000000:${resource}`;

/** `action resource` of each request, then its context if there is any. */
const needs = (service: string, operation: string, input: Input) =>
  requestsOf({ service, operation, input }, place).map(({ action, resource, context }) =>
    Object.keys(context).length > 0 ? [action, resource, context] : [action, resource],
  );

const B = 'arn:aws:s3:::b';
const O = `${B}/dir/k`;
const created = { 's3:ObjectCreationOperation': 'true' };
const notCreated = { 's3:ObjectCreationOperation': 'false' };
const object = { Bucket: 'b', Key: 'dir/k' };

describe('requests of S3', () => {
  it.each<[string, Input, unknown[]]>([
    ['GetObject', object, [['s3:GetObject', O]]],
    ['GetObject', { ...object, VersionId: 'v' }, [['s3:GetObjectVersion', O, { 's3:versionid': 'v' }]]],
    ['HeadObject', object, [['s3:GetObject', O]]],
    [
      'GetObjectAttributes',
      object,
      [
        ['s3:GetObject', O],
        ['s3:GetObjectAttributes', O],
      ],
    ],
    ['DeleteObject', object, [['s3:DeleteObject', O]]],
    ['DeleteObject', { ...object, VersionId: 'v' }, [['s3:DeleteObjectVersion', O, { 's3:versionid': 'v' }]]],
    [
      'DeleteObject',
      { ...object, VersionId: 'v', BypassGovernanceRetention: true },
      [
        ['s3:DeleteObjectVersion', O, { 's3:versionid': 'v' }],
        ['s3:BypassGovernanceRetention', O],
      ],
    ],
    [
      'DeleteObjects',
      { Bucket: 'b', Delete: { Objects: [{ Key: 'dir/k' }, { Key: 'x', VersionId: 'v' }] } },
      [
        ['s3:DeleteObject', O],
        ['s3:DeleteObjectVersion', `${B}/x`, { 's3:versionid': 'v' }],
      ],
    ],
    [
      'ListObjectsV2',
      { Bucket: 'b', Prefix: 'p/', Delimiter: '/', MaxKeys: 5 },
      [['s3:ListBucket', B, { 's3:prefix': 'p/', 's3:delimiter': '/', 's3:max-keys': '5' }]],
    ],
    ['ListObjectsV2', { Bucket: 'b' }, [['s3:ListBucket', B]]],
    ['ListObjectsV2', { Bucket: 'b', Prefix: '' }, [['s3:ListBucket', B, { 's3:prefix': '' }]]],
    ['ListObjectVersions', { Bucket: 'b', Prefix: 'p/' }, [['s3:ListBucketVersions', B, { 's3:prefix': 'p/' }]]],
    [
      'ListMultipartUploads',
      { Bucket: 'b', Prefix: 'p/' },
      [['s3:ListBucketMultipartUploads', B, { 's3:prefix': 'p/' }]],
    ],
    ['HeadBucket', { Bucket: 'b' }, [['s3:ListBucket', B]]],
    ['ListBuckets', {}, [['s3:ListAllMyBuckets', '*']]],
    ['GetBucketVersioning', { Bucket: 'b' }, [['s3:GetBucketVersioning', B]]],
    ['GetObjectLockConfiguration', { Bucket: 'b' }, [['s3:GetBucketObjectLockConfiguration', B]]],
    ['GetBucketEncryption', { Bucket: 'b' }, [['s3:GetEncryptionConfiguration', B]]],
    ['PutObject', { ...object, IfNoneMatch: '*' }, [['s3:PutObject', O, { ...created, 's3:if-none-match': '*' }]]],
    [
      'PutObject',
      { ...object, Tagging: 'a=b' },
      [
        ['s3:PutObject', O, created],
        ['s3:PutObjectTagging', O],
      ],
    ],
    [
      'PutObject',
      { ...object, ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: new Date(0) },
      [
        ['s3:PutObject', O, created],
        [
          's3:PutObjectRetention',
          O,
          { 's3:object-lock-mode': 'GOVERNANCE', 's3:object-lock-retain-until-date': '1970-01-01T00:00:00.000Z' },
        ],
      ],
    ],
    [
      'PutObject',
      { ...object, ServerSideEncryption: 'aws:kms', SSEKMSKeyId: here('kms', 'key/1') },
      [
        [
          's3:PutObject',
          O,
          {
            ...created,
            's3:x-amz-server-side-encryption': 'aws:kms',
            's3:x-amz-server-side-encryption-aws-kms-key-id': here('kms', 'key/1'),
          },
        ],
        ['kms:GenerateDataKey', here('kms', 'key/1')],
      ],
    ],
    ['CreateMultipartUpload', object, [['s3:PutObject', O, notCreated]]],
    ['UploadPart', object, [['s3:PutObject', O, notCreated]]],
    [
      'CompleteMultipartUpload',
      { ...object, IfNoneMatch: '*' },
      [['s3:PutObject', O, { ...created, 's3:if-none-match': '*' }]],
    ],
    ['AbortMultipartUpload', object, [['s3:AbortMultipartUpload', O]]],
    ['ListParts', object, [['s3:ListMultipartUploadParts', O]]],
    [
      'PutObjectRetention',
      { ...object, Retention: { Mode: 'COMPLIANCE' } },
      [['s3:PutObjectRetention', O, { 's3:object-lock-mode': 'COMPLIANCE' }]],
    ],
  ])('%s %j', (operation, input, wanted) => {
    expect(needs('s3', operation, input)).toEqual(wanted);
  });

  it('needs to read the source of a copy and to write its destination', () => {
    const copy = {
      ...object,
      CopySource: 'src/a%20b?versionId=v1',
      TaggingDirective: 'REPLACE',
      MetadataDirective: 'REPLACE',
    };
    expect(needs('s3', 'CopyObject', copy)).toEqual([
      ['s3:GetObjectVersion', 'arn:aws:s3:::src/a b', { 's3:versionid': 'v1' }],
      [
        's3:PutObject',
        O,
        { ...created, 's3:x-amz-copy-source': copy.CopySource, 's3:x-amz-metadata-directive': 'REPLACE' },
      ],
    ]);
    expect(
      needs('s3', 'CopyObject', { ...object, CopySource: '/src/a' }).map(
        ([action, resource]) => `${action} ${resource}`,
      ),
    ).toEqual([
      's3:GetObject arn:aws:s3:::src/a',
      's3:GetObjectTagging arn:aws:s3:::src/a',
      `s3:PutObject ${O}`,
      `s3:PutObjectTagging ${O}`,
    ]);
    expect(needs('s3', 'UploadPartCopy', { ...object, CopySource: 'src/a' })).toEqual([
      ['s3:GetObject', 'arn:aws:s3:::src/a'],
      ['s3:PutObject', O, { ...notCreated, 's3:x-amz-copy-source': 'src/a' }],
    ]);
  });
});

const T = here('dynamodb', 'table/table');
const leading = (...keys: string[]) => ({ 'dynamodb:LeadingKeys': keys });
const Key = { pk: { S: 'root#a' }, sk: { S: 'x' } };

describe('requests of DynamoDB', () => {
  it.each<[string, Input, unknown[]]>([
    ['GetItem', { TableName: 'table', Key }, [['dynamodb:GetItem', T, leading('root#a')]]],
    ['PutItem', { TableName: T, Item: { ...Key, n: { N: '1' } } }, [['dynamodb:PutItem', T, leading('root#a')]]],
    ['UpdateItem', { TableName: 'table', Key: { pk: { N: '7' } } }, [['dynamodb:UpdateItem', T, leading('7')]]],
    [
      'DeleteItem',
      { TableName: 'table', Key: { pk: { B: Uint8Array.of(1) } } },
      [['dynamodb:DeleteItem', T, leading('AQ==')]],
    ],
    ['GetItem', { TableName: 'unknown', Key }, [['dynamodb:GetItem', here('dynamodb', 'table/unknown')]]],
    [
      'Query',
      {
        TableName: 'table',
        KeyConditionExpression: '#p = :p AND begins_with(sk, :s)',
        ExpressionAttributeNames: { '#p': 'pk' },
        ExpressionAttributeValues: { ':p': { S: 'root#a' }, ':s': { S: 'i' } },
      },
      [['dynamodb:Query', T, leading('root#a')]],
    ],
    [
      'Query',
      {
        TableName: 'table',
        IndexName: 'by-owner',
        Select: 'COUNT',
        KeyConditionExpression: ':o = #o',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':o': { S: 'me' } },
      },
      [['dynamodb:Query', `${T}/index/by-owner`, { ...leading('me'), 'dynamodb:Select': 'COUNT' }]],
    ],
    ['Query', { TableName: 'table', KeyConditionExpression: 'pk = (' }, [['dynamodb:Query', T]]],
    ['Scan', { TableName: 'table' }, [['dynamodb:Scan', T]]],
    [
      'BatchGetItem',
      { RequestItems: { table: { Keys: [Key, { pk: { S: 'pins#b' } }, Key] } } },
      [['dynamodb:BatchGetItem', T, leading('root#a', 'pins#b')]],
    ],
    [
      'BatchWriteItem',
      { RequestItems: { table: [{ PutRequest: { Item: Key } }, { DeleteRequest: { Key: { pk: { S: 'b' } } } }] } },
      [['dynamodb:BatchWriteItem', T, leading('root#a', 'b')]],
    ],
    ['DescribeTable', { TableName: 'table' }, [['dynamodb:DescribeTable', T]]],
    ['TagResource', { ResourceArn: T }, [['dynamodb:TagResource', T]]],
    ['ListTables', {}, [['dynamodb:ListTables', '*']]],
  ])('%s %j', (operation, input, wanted) => {
    expect(needs('dynamodb', operation, input)).toEqual(wanted);
  });

  it('needs the permission of each action of a transaction', () => {
    const TransactItems = [
      { Put: { TableName: 'table', Item: Key } },
      { Update: { TableName: 'table', Key } },
      { Delete: { TableName: 'table', Key: { pk: { S: 'pins#b' } } } },
      { ConditionCheck: { TableName: 'table', Key } },
    ];
    const enclosing = { 'dynamodb:EnclosingOperation': 'TransactWriteItems' };
    expect(needs('dynamodb', 'TransactWriteItems', { TransactItems })).toEqual([
      ['dynamodb:PutItem', T, { ...leading('root#a'), ...enclosing }],
      ['dynamodb:UpdateItem', T, { ...leading('root#a'), ...enclosing }],
      ['dynamodb:DeleteItem', T, { ...leading('pins#b'), ...enclosing }],
      ['dynamodb:ConditionCheckItem', T, { ...leading('root#a'), ...enclosing }],
    ]);
    expect(needs('dynamodb', 'TransactGetItems', { TransactItems: [{ Get: { TableName: 'table', Key } }] })).toEqual([
      ['dynamodb:GetItem', T, { ...leading('root#a'), 'dynamodb:EnclosingOperation': 'TransactGetItems' }],
    ]);
  });
});

const machine = here('states', 'stateMachine:m');
const execution = here('states', 'execution:m:e');
const fn = here('lambda', 'function:f');

describe('requests of the other services', () => {
  it.each<[string, string, Input, unknown[]]>([
    ['states', 'StartExecution', { stateMachineArn: machine }, [['states:StartExecution', machine]]],
    [
      'states',
      'StartExecution',
      { stateMachineArn: `${machine}:live` },
      [['states:StartExecution', machine, { 'states:StateMachineQualifier': 'live' }]],
    ],
    ['states', 'DescribeExecution', { executionArn: execution }, [['states:DescribeExecution', execution]]],
    ['states', 'StopExecution', { executionArn: execution }, [['states:StopExecution', execution]]],
    ['states', 'RedriveExecution', { executionArn: execution }, [['states:RedriveExecution', execution]]],
    ['states', 'ListExecutions', { stateMachineArn: machine }, [['states:ListExecutions', machine]]],
    ['lambda', 'Invoke', { FunctionName: 'f' }, [['lambda:InvokeFunction', fn]]],
    ['lambda', 'Invoke', { FunctionName: 'f', Qualifier: '3' }, [['lambda:InvokeFunction', `${fn}:3`]]],
    ['lambda', 'Invoke', { FunctionName: 'f:3' }, [['lambda:InvokeFunction', `${fn}:3`]]],
    ['lambda', 'Invoke', { FunctionName: `${fn}:3` }, [['lambda:InvokeFunction', `${fn}:3`]]],
    ['lambda', 'Invoke', { FunctionName: '000000000000:function:f' }, [['lambda:InvokeFunction', fn]]],
    [
      'events',
      'PutEvents',
      { Entries: [{ Source: 's', DetailType: 'd' }] },
      [['events:PutEvents', here('events', 'event-bus/default'), { 'events:source': 's', 'events:detail-type': 'd' }]],
    ],
    ['events', 'PutRule', { Name: 'r' }, [['events:PutRule', here('events', 'rule/r')]]],
    ['events', 'PutTargets', { Rule: 'r', EventBusName: 'bus' }, [['events:PutTargets', here('events', 'rule/bus/r')]]],
    ['scheduler', 'GetSchedule', { Name: 'n' }, [['scheduler:GetSchedule', here('scheduler', 'schedule/default/n')]]],
    [
      'scheduler',
      'UpdateSchedule',
      { Name: 'n', GroupName: 'g', Target: { RoleArn: 'arn:role' } },
      [
        ['scheduler:UpdateSchedule', here('scheduler', 'schedule/g/n')],
        ['iam:PassRole', 'arn:role', { 'iam:PassedToService': 'scheduler.amazonaws.com' }],
      ],
    ],
    ['sns', 'Publish', { TopicArn: 'arn:topic' }, [['sns:Publish', 'arn:topic']]],
    ['sqs', 'SendMessage', { QueueUrl: 'http://127.0.0.1:1/000000000000/q' }, [['sqs:SendMessage', here('sqs', 'q')]]],
    ['kms', 'Sign', { KeyId: here('kms', 'key/1') }, [['kms:Sign', here('kms', 'key/1')]]],
    [
      'kms',
      'Decrypt',
      { KeyId: '1', EncryptionContext: { a: 'b' } },
      [['kms:Decrypt', here('kms', 'key/1'), { 'kms:EncryptionContext:a': 'b', 'kms:EncryptionContextKeys': ['a'] }]],
    ],
    [
      'logs',
      'PutLogEvents',
      { logGroupName: '/aws/lambda/f', logStreamName: 's' },
      [['logs:PutLogEvents', here('logs', 'log-group:/aws/lambda/f:log-stream:s')]],
    ],
    [
      'logs',
      'CreateLogStream',
      { logGroupName: 'g', logStreamName: 's' },
      [['logs:CreateLogStream', here('logs', 'log-group:g:log-stream:s')]],
    ],
    [
      'logs',
      'FilterLogEvents',
      { logGroupName: 'g' },
      [['logs:FilterLogEvents', here('logs', 'log-group:g:log-stream:')]],
    ],
    [
      'logs',
      'FilterLogEvents',
      { logGroupIdentifier: here('logs', 'log-group:g:*') },
      [['logs:FilterLogEvents', here('logs', 'log-group:g:log-stream:')]],
    ],
    ['ssm', 'GetParameter', { Name: '/holdfast/x' }, [['ssm:GetParameter', here('ssm', 'parameter/holdfast/x')]]],
    [
      'cloudwatch',
      'PutMetricData',
      { Namespace: 'N' },
      [['cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': 'N' }]],
    ],
    ['sts', 'GetCallerIdentity', {}, []],
  ])('%s %s %j', (service, operation, input, wanted) => {
    expect(needs(service, operation, input)).toEqual(wanted);
  });

  it.each([
    ['s3', 'SelectObjectContent'],
    ['dynamodb', 'RestoreTableToPointInTime'],
    ['states', 'toString'],
    ['ec2', 'RunInstances'],
    ['constructor', 'name'],
  ])('does not guess what %s %s needs', (service, operation) => {
    expect(() => needs(service, operation, {})).toThrow(/not implemented here: the permissions of/);
  });
});
