import { describe, expect, it } from 'vitest';
import { Hub } from '../../../../local/hub.ts';
import { authorizeCalls, hideAbsence } from '../../../../local/iam/authorize-calls.ts';
import { ServiceError } from '../../../../local/service.ts';
import { authorizerOf, type Policies, role } from './policy-fixture.ts';

const place = { region: 'eu-central-1', accountId: '000000000000', partitionKey: () => 'pk' };

/** A hub whose services answer {}, or say that an object is missing. */
function hubOf(policies: Policies, isMissing = false) {
  const hub = new Hub();
  const served: string[] = [];
  for (const service of ['s3', 'dynamodb', 'states'])
    hub.register(service, {
      call: async (operation) => {
        if (isMissing) throw new ServiceError('NoSuchKey', 'no such key', 404);
        served.push(operation);
        return {};
      },
    });
  const authorizer = authorizerOf(policies);
  hub.authorize = authorizeCalls(authorizer, place);
  hub.intercept(hideAbsence(authorizer, place));
  const call = (service: string, operation: string, input: Record<string, unknown>) =>
    hub.call(service, operation, input, { caller: role, requestId: 'r' });
  return { call, served, authorizer };
}

const grant = (Action: string, Resource: string, Condition?: object) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition ? { Condition } : {}),
});

describe('authorizeCalls', () => {
  it('refuses in the way of the service, and serves nothing then', async () => {
    const { call, served } = hubOf({ identity: [] });
    await expect(call('s3', 'GetObject', { Bucket: 'b', Key: 'k' })).rejects.toMatchObject({
      name: 'AccessDenied',
      httpStatus: 403,
      message: expect.stringMatching(
        /assumed-role\/step\/local is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b\/k/,
      ),
    });
    await expect(call('dynamodb', 'GetItem', { TableName: 'table', Key: {} })).rejects.toMatchObject({
      name: 'AccessDeniedException',
      httpStatus: 400,
    });
    expect(served).toEqual([]);
  });

  it('needs every permission of a call', async () => {
    const copy = { Bucket: 'b', Key: 'k', CopySource: 'src/k', TaggingDirective: 'REPLACE' };
    const write = grant('s3:PutObject', 'arn:aws:s3:::b/*');
    await expect(hubOf({ identity: [write] }).call('s3', 'CopyObject', copy)).rejects.toThrow(
      /s3:GetObject on resource: arn:aws:s3:::src\/k/,
    );
    const { call, served } = hubOf({ identity: [write, grant('s3:GetObject', 'arn:aws:s3:::src/*')] });
    await call('s3', 'CopyObject', copy);
    expect(served).toEqual(['CopyObject']);
  });

  it('keeps a role to its partitions, in transactions too', async () => {
    const leading = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['root#*'] } };
    const { call } = hubOf({ identity: [grant('dynamodb:PutItem', '*', leading)] });
    const put = (pk: string) => ({ Put: { TableName: 'table', Item: { pk: { S: pk } } } });
    await call('dynamodb', 'TransactWriteItems', { TransactItems: [put('root#a'), put('root#b')] });
    await expect(
      call('dynamodb', 'TransactWriteItems', { TransactItems: [put('root#a'), put('pins#b')] }),
    ).rejects.toThrow(/dynamodb:PutItem/);
  });

  it('counts calls here as made over TLS and by the role', async () => {
    const conditions = {
      Bool: { 'aws:SecureTransport': 'true' },
      ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/step' },
    };
    await hubOf({ identity: [grant('s3:*', '*', conditions)] }).call('s3', 'GetObject', { Bucket: 'b', Key: 'k' });
  });
});

describe('hideAbsence', () => {
  const read = grant('s3:GetObject', '*');
  const get = { Bucket: 'b', Key: 'k' };

  it('tells that an object is missing only to who may list the whole bucket', async () => {
    const narrow = grant('s3:ListBucket', 'arn:aws:s3:::b', { StringLike: { 's3:prefix': ['*'] } });
    for (const identity of [[read], [read, narrow]])
      await expect(hubOf({ identity }, true).call('s3', 'HeadObject', get)).rejects.toMatchObject({
        name: 'AccessDenied',
      });
    const { call, authorizer } = hubOf({ identity: [read, grant('s3:ListBucket', 'arn:aws:s3:::b')] }, true);
    await expect(call('s3', 'GetObject', get)).rejects.toMatchObject({ name: 'NoSuchKey' });
    // Being told is no use of the grant.
    expect(authorizer.unusedGrants().map((unused) => unused.action)).toEqual(['s3:ListBucket']);
  });

  it('hides the source of a copy, and leaves other errors and the operator alone', async () => {
    const copy = { Bucket: 'b', Key: 'k', CopySource: 'src/k', TaggingDirective: 'REPLACE' };
    const { call } = hubOf({ identity: [read, grant('s3:*', 'arn:aws:s3:::b*')] }, true);
    await expect(call('s3', 'CopyObject', copy)).rejects.toThrow(/s3:GetObject on resource: arn:aws:s3:::src\/k/);
    await expect(call('s3', 'ListParts', get)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});
