import { describe, expect, it } from 'vitest';
import { authorizerOf, type Policies, role, roleArn } from './policy-fixture.ts';

const object = 'arn:aws:s3:::bucket/root/key';
const ask = (policies: Policies, action: string, resource = object) =>
  authorizerOf(policies).authorize(role, { action, resource, context: {} });
const allow = (Action: unknown, Resource: unknown = '*', more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: unknown, Resource: unknown = '*', more: object = {}) => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...more,
});

describe('Authorizer', () => {
  it('allows nothing that no statement allows', () => {
    expect(ask({ identity: [] }, 's3:GetObject')).toEqual({
      allowed: false,
      reason: 'no identity-based policy allows the s3:GetObject action',
    });
  });

  it('lets the operator do everything', () => {
    const decision = authorizerOf({ identity: [deny('*')] }).authorize(
      { kind: 'operator' },
      { action: 's3:X', resource: '*', context: {} },
    );
    expect(decision.allowed).toBe(true);
  });

  it.each([
    ['s3:GetObject', true],
    ['S3:getobject', true],
    ['s3:Get*', true],
    ['s3:*', true],
    ['*', true],
    ['s3:GetObjec?', true],
    ['s3:GetObjectTagging', false],
    ['dynamodb:*', false],
    [['s3:PutObject', 's3:GetObject'], true],
  ])('action %j allows s3:GetObject: %s', (action, wanted) => {
    expect(ask({ identity: [allow(action)] }, 's3:GetObject').allowed).toBe(wanted);
  });

  it.each([
    [object, true],
    ['arn:aws:s3:::bucket/*', true],
    ['arn:aws:s3:::bucket/root/ke?', true],
    ['arn:aws:s3:::bucket', false],
    ['arn:aws:s3:::BUCKET/*', false],
    ['arn:aws:s3:::bucket/other/*', false],
    [['arn:aws:s3:::x', 'arn:aws:s3:::bucket/root/*'], true],
  ])('resource %j allows the object: %s', (resource, wanted) => {
    expect(ask({ identity: [allow('s3:GetObject', resource)] }, 's3:GetObject').allowed).toBe(wanted);
  });

  it('knows NotAction and NotResource', () => {
    const notAction = { Effect: 'Allow', NotAction: ['s3:Delete*', 's3:Put*'], Resource: '*' };
    expect(ask({ identity: [notAction] }, 's3:GetObject').allowed).toBe(true);
    expect(ask({ identity: [notAction] }, 's3:DeleteObject').allowed).toBe(false);
    const notResource = { Effect: 'Deny', Action: '*', NotResource: ['arn:aws:s3:::bucket/root/*'] };
    expect(ask({ identity: [allow('*'), notResource] }, 's3:GetObject').allowed).toBe(true);
    expect(ask({ identity: [allow('*'), notResource] }, 's3:GetObject', 'arn:aws:s3:::bucket/else').allowed).toBe(
      false,
    );
  });

  it('lets a Deny win wherever it stands, and names it', () => {
    expect(ask({ identity: [deny('s3:*', object, { Sid: 'Never' }), allow('*')] }, 's3:GetObject')).toEqual({
      allowed: false,
      reason: 'an explicit Deny: inline[0] (Never)',
      statement: { source: 'inline', index: 0, sid: 'Never' },
    });
    expect(ask({ identity: [allow('*'), deny('s3:*')] }, 's3:GetObject').allowed).toBe(false);
    expect(ask({ identity: [allow('*'), deny('s3:Put*')] }, 's3:GetObject').allowed).toBe(true);
  });

  it('stays within a permissions boundary', () => {
    const identity = [allow('*')];
    expect(ask({ identity, boundary: [allow('s3:Get*')] }, 's3:GetObject').allowed).toBe(true);
    expect(ask({ identity, boundary: [allow('s3:Put*')] }, 's3:GetObject').reason).toMatch(/boundary/);
    expect(ask({ identity: [], boundary: [allow('*')] }, 's3:GetObject').allowed).toBe(false);
  });

  describe("a resource's policy", () => {
    const resource = (...statements: unknown[]) => ({ 'arn:aws:s3:::bucket': statements });
    const everyone = { Principal: '*' };
    it('denies', () => {
      const account = { Principal: { AWS: 'arn:aws:iam::000000000000:root' } };
      for (const principal of [everyone, { Principal: { AWS: '*' } }, { Principal: { AWS: [roleArn] } }, account])
        expect(
          ask({ identity: [allow('*')], resource: resource(deny('s3:*', '*', principal)) }, 's3:GetObject').allowed,
        ).toBe(false);
      const other = { Principal: { AWS: 'arn:aws:iam::000000000000:role/other' } };
      expect(
        ask({ identity: [allow('*')], resource: resource(deny('s3:*', '*', other)) }, 's3:GetObject').allowed,
      ).toBe(true);
      const butMe = { NotPrincipal: { AWS: roleArn } };
      expect(
        ask({ identity: [allow('*')], resource: resource(deny('s3:*', '*', butMe)) }, 's3:GetObject').allowed,
      ).toBe(true);
    });

    it('allows the role that it names, not all of an account', () => {
      const named = { Principal: { AWS: roleArn } };
      expect(ask({ identity: [], resource: resource(allow('s3:GetObject', '*', named)) }, 's3:GetObject').allowed).toBe(
        true,
      );
      const account = { Principal: { AWS: 'arn:aws:iam::000000000000:root' } };
      expect(ask({ identity: [], resource: resource(allow('s3:*', '*', account)) }, 's3:GetObject').allowed).toBe(
        false,
      );
      const service = { Principal: { Service: 'lambda.amazonaws.com' } };
      expect(ask({ identity: [], resource: resource(allow('s3:*', '*', service)) }, 's3:GetObject').allowed).toBe(
        false,
      );
    });
  });

  it.each([
    [{ Effect: 'Maybe', Action: '*', Resource: '*' }, /Effect/],
    [{ Effect: 'Allow', Resource: '*' }, /no Action/],
    [{ Effect: 'Allow', Action: '*', NotAction: 'x', Resource: '*' }, /both/],
    [{ Effect: 'Allow', Action: '*', Ressource: '*' }, /unknown member Ressource/],
    [{ Effect: 'Allow', Action: '*', Resource: { Ref: 'Bucket' } }, /must be text/],
    [{ Effect: 'Allow', Action: '*', Resource: `arn:aws:s3:::b/\${aws:username}` }, /policy variables/],
  ])('refuses to read %j', (statement, message) => {
    expect(() => ask({ identity: [statement] }, 's3:GetObject')).toThrow(message);
  });
});

describe('use of grants', () => {
  it('reports what never allowed anything, by statement and action', () => {
    const authorizer = authorizerOf({
      identity: [
        allow(['s3:GetObject', 's3:PutObject'], ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::other/*'], { Sid: 'Objects' }),
        allow('s3:Get*', 'arn:aws:s3:::never/*'),
        deny('s3:Delete*'),
        { Effect: 'Allow', NotAction: ['s3:*', 'kms:*'], Resource: '*' },
      ],
    });
    const grants = () => authorizer.unusedGrants().map(({ statement, action }) => `${statement} ${action}`);
    expect(grants()).toEqual(['0 s3:GetObject', '0 s3:PutObject', '1 s3:Get*', '3 !s3:* !kms:*']);
    authorizer.authorize(role, { action: 's3:GetObject', resource: object, context: {} });
    authorizer.authorize(role, { action: 's3:GetObject', resource: object, context: {} });
    authorizer.authorize(role, { action: 's3:DeleteObject', resource: object, context: {} });
    authorizer.isAllowed(role, { action: 's3:PutObject', resource: object, context: {} });
    expect(grants()).toEqual(['0 s3:PutObject', '1 s3:Get*', '3 !s3:* !kms:*']);
    authorizer.authorize(role, { action: 'states:StartExecution', resource: '*', context: {} });
    expect(grants()).toEqual(['0 s3:PutObject', '1 s3:Get*']);
    expect(authorizer.usedGrants()[0]).toEqual({
      roleArn,
      source: 'inline',
      statement: 0,
      sid: 'Objects',
      action: 's3:GetObject',
      resources: ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::other/*'],
      count: 2,
      usedFor: [object],
    });
  });

  it('counts every statement that allows, and none for a denied call', () => {
    const authorizer = authorizerOf({
      identity: [allow('s3:Get*'), allow('s3:GetObject'), deny('s3:GetObject', 'arn:aws:s3:::no/*')],
    });
    authorizer.authorize(role, { action: 's3:GetObject', resource: 'arn:aws:s3:::no/x', context: {} });
    expect(authorizer.unusedGrants()).toHaveLength(2);
    authorizer.authorize(role, { action: 's3:GetObject', resource: object, context: {} });
    expect(authorizer.unusedGrants()).toEqual([]);
  });
});
