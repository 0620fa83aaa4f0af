import { describe, expect, it } from 'vitest';
import { UNSCOPED_ACTIONS } from '../../infra/grants.ts';
import {
  actionsOf,
  resourcesOf,
  resourcesOfStatement,
  type Statement,
  statementsByRole,
  templatesOf,
} from './app-in-process.ts';
import { ALL_OPTIONS, MINIMAL } from './configurations.ts';

const { app } = templatesOf(ALL_OPTIONS);
const byRole = statementsByRole(app);
const everyStatement = [...byRole].flatMap(([role, statements]) => statements.map((s) => [role, s] as const));
const text = (value: unknown): string => JSON.stringify(value);

/** Statements of the role of one step's function. */
const of = (step: string): Statement[] => {
  const [, { Properties }] = resourcesOf(app, 'AWS::Lambda::Function').find(
    ([, fn]) => fn.Properties.Description === `Holdfast step ${step}`,
  )!;
  return byRole.get(Properties.Role['Fn::GetAtt'][0])!;
};
const may = (step: string, action: string): string[] =>
  of(step)
    .filter((statement) => actionsOf(statement).includes(action))
    .flatMap((statement) => resourcesOfStatement(statement).map(text));

describe('the policies', () => {
  it('name no wildcard action, and `*` only where IAM has no resource level', () => {
    for (const [role, statement] of everyStatement) {
      for (const action of actionsOf(statement))
        expect([role, action]).not.toEqual([role, expect.stringContaining('*')]);
      if (!resourcesOfStatement(statement).includes('*')) continue;
      expect(actionsOf(statement).filter((action) => !Object.hasOwn(UNSCOPED_ACTIONS, action))).toEqual([]);
    }
  });

  it('give each function a role of its own', () => {
    const roles = resourcesOf(app, 'AWS::Lambda::Function').map(([, fn]) => fn.Properties.Role['Fn::GetAtt'][0]);
    expect(new Set(roles).size).toBe(roles.length);
  });

  it('narrow every right on the table to partitions', () => {
    const onTable = everyStatement.filter(([, s]) => actionsOf(s).some((a) => a.startsWith('dynamodb:')));
    expect(onTable.length).toBeGreaterThan(20);
    for (const [, { Condition }] of onTable) {
      const keys = [Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']].flat() as string[];
      expect(keys.length).toBeGreaterThan(0);
      for (const key of keys) expect(key).toMatch(/^(root|history|clean-up|pins|targets)#\*$/);
    }
  });

  it('let who writes objects of a root or target delete none there, and who deletes write none', () => {
    const deletes = ['s3:DeleteObject', 's3:DeleteObjectVersion'];
    for (const [role, statements] of byRole) {
      const where = (actions: string[]) =>
        new Set(
          statements
            .filter((s) => actionsOf(s).some((action) => actions.includes(action)))
            .flatMap((s) =>
              resourcesOfStatement(s).map((r) =>
                text(r).replace(/\/images\/.*|\/\.hbase-snapshot.*|\/(system|work)\/.*/, ''),
              ),
            ),
        );
      const written = where(['s3:PutObject']);
      expect([role, [...where(deletes)].filter((place) => written.has(place))]).toEqual([role, []]);
    }
  });

  it('let the VOID marker be put at manifest keys only, by a function that deletes nothing', () => {
    const puts = may('VoidManifest', 's3:PutObject');
    expect(puts).toHaveLength(ALL_OPTIONS.roots.length);
    for (const put of puts) expect(put).toMatch(/\/images\/\*\/manifest\.json/);
    expect(text(of('VoidManifest'))).not.toContain('s3:Delete');
  });

  it('let only SealManifest, VoidManifest and MarkShell put manifests', () => {
    const puts = [...byRole].filter(([, statements]) =>
      statements.some(
        (s) => actionsOf(s).includes('s3:PutObject') && /manifest\.json|images\/\*"/.test(text(s.Resource)),
      ),
    );
    expect(puts.map(([role]) => role.replace(/Role\w+$/, '')).sort()).toEqual([
      'MarkShell',
      'SealManifest',
      'VoidManifest',
    ]);
  });

  it('let a restore and a verification write no item of a root (R11)', () => {
    const steps = [
      'CheckRestore',
      'PinImages',
      'PlanRestore',
      'ClaimTargets',
      'HoldOffCleaners',
      'PlaceFiles',
      'CheckPlaced',
      'PublishSnapshots',
      'PauseCleaners',
      'DropHold',
      'ReleaseTargets',
      'UnpinImages',
      'CleanRestore',
      'CheckVerify',
      'PlanVerify',
      'VerifyImageFiles',
      'EndVerify',
    ];
    const writes = ['PutItem', 'UpdateItem', 'DeleteItem'].map((action) => `dynamodb:${action}`);
    for (const step of steps) {
      for (const statement of of(step).filter((s) => actionsOf(s).some((action) => writes.includes(action)))) {
        expect([step, text(statement.Condition)]).not.toEqual([
          step,
          expect.stringMatching(/"(root|history|clean-up)#/),
        ]);
      }
    }
  });

  it('let executions be looked at whatever deployment made their machine, and stopped only in this one', () => {
    const resources = may('FindFailedSession', 'states:DescribeExecution');
    expect(resources).toHaveLength(7);
    // Flags in the table name executions by these; another logical id would lock their roots.
    for (const id of [
      'CleanUpMachine7BBBAC38',
      'FullBackupMachine029F68CF',
      'IncrementalBackupMachine2ABC4F13',
      'RepairMachineC377CBFB',
      'RestoreMachine15200646',
      'VerifyMachine20D8672F',
    ]) {
      expect(text(resources)).toContain(`:execution:*${id}-*:*`);
    }
    expect(text(may('StopOwner', 'states:StopExecution'))).not.toMatch(/Machine[0-9A-F]{8}-\*/);
  });

  it('let children of maps reach no item of a root', () => {
    for (const step of ['CopyFiles', 'VerifyFiles']) expect(text(of(step))).not.toContain('dynamodb:');
  });

  it('let no step of a deletion touch anything below a root: what removes needs an entry of the clean-up list', () => {
    for (const step of ['CheckDelete', 'DryRunDelete', 'PlanDelete', 'CommitDelete', 'ForgetImage'])
      for (const statement of of(step))
        if (actionsOf(statement).some((action) => /^s3:(Put|Delete|Abort)/.test(action)))
          expect([step, text(statement.Resource)]).toEqual([step, expect.stringMatching(/\/work\/\*\/plan\/\*/)]);
    expect(text(of('MarkShell'))).not.toContain('s3:Delete');
    expect(may('CleanUnlistedFiles', 's3:DeleteObjectVersion').every((one) => one.includes('/images/*/data/*'))).toBe(
      true,
    );
  });

  it('let a dry run, and what checks an input, write nothing at all', () => {
    for (const step of ['DryRunBackup', 'CheckInput', 'CheckIncremental', 'CheckDelete', 'DryRunDelete'])
      expect([step, text(of(step))]).not.toEqual([
        step,
        expect.stringMatching(/s3:Put|s3:Delete|PutItem|UpdateItem|DeleteItem/),
      ]);
  });

  it('reach the configured places and no others', () => {
    for (const place of ['backups/a/images/*', 'backups/b/images/*', 'other-backups/deep/er/images/*']) {
      expect(text(may('CleanDestination', 's3:DeleteObjectVersion'))).toContain(`:s3:::${place}`);
    }
    expect(text(may('CopyFiles', 's3:GetObject'))).toContain(':s3:::cluster-two/hbase/*');
    expect(text(statementsByRole(templatesOf(MINIMAL).app))).not.toContain('cluster-two');
  });

  it('reach buckets of the configured owner only: a name that was given up can be anybody’s', () => {
    const onObjects = everyStatement.filter(([, s]) => actionsOf(s).some((action) => action.startsWith('s3:')));
    expect(onObjects.length).toBeGreaterThan(50);
    // State machines too: what reads plans and writes the results of maps is their own role.
    expect(onObjects.map(([role]) => role.replace(/Role\w{8}$/, ''))).toEqual(
      expect.arrayContaining(['FullBackup', 'Restore', 'Verify']),
    );
    for (const [, statement] of onObjects) {
      const [owner] = [statement.Condition?.StringEquals?.['aws:ResourceAccount']].flat();
      const isElsewhere = resourcesOfStatement(statement).some((resource) => text(resource).includes('cluster-two'));
      expect(owner).toEqual(isElsewhere ? '444455556666' : { Ref: 'AWS::AccountId' });
    }
  });

  it('say the account of whatever a state machine may reach: in the ARN, or as a condition', () => {
    const machines = resourcesOf(app, 'AWS::StepFunctions::StateMachine').map(
      ([, { Properties }]) => Properties.RoleArn['Fn::GetAtt'][0],
    );
    const account = { Ref: 'AWS::AccountId' };
    const isOfStack = (resource: unknown) =>
      text(resource).includes(text(account)) || Object.hasOwn(app.Resources, (resource as { Ref: string }).Ref ?? '');
    for (const [role, statement] of everyStatement.filter(([role]) => machines.includes(role))) {
      const elsewhere = resourcesOfStatement(statement).filter((resource) => resource !== '*' && !isOfStack(resource));
      if (elsewhere.length === 0) continue;
      expect([role, [statement.Condition?.StringEquals?.['aws:ResourceAccount']].flat()]).toEqual([role, [account]]);
    }
  });

  it('let S3 use the configured keys for who reads or writes a place, and nobody else', () => {
    const via = { 'Fn::Join': ['', ['s3.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] };
    const uses = (step: string) => of(step).filter((s) => actionsOf(s).some((action) => action.startsWith('kms:')));
    const actions = (step: string) => [...new Set(uses(step).flatMap(actionsOf))].sort();
    for (const step of ['CopyFiles', 'SealManifest', 'PlaceFiles', 'PublishSnapshots']) {
      expect([step, actions(step)]).toEqual([step, ['kms:Decrypt', 'kms:GenerateDataKey']]);
    }
    for (const step of ['VerifyFiles', 'VerifyImageFiles', 'DryRunBackup']) {
      expect([step, actions(step)]).toEqual([step, ['kms:Decrypt']]);
    }
    for (const step of ['DropHold', 'CleanTemporaryData', 'TakeSystemSnapshot']) expect(uses(step)).toEqual([]);
    for (const { Resource, Condition } of everyStatement
      .map(([, s]) => s)
      .filter((s) => text(s.Action).includes('kms:'))) {
      expect([Resource].flat()).toEqual(ALL_OPTIONS.keys);
      expect(Condition?.StringEquals).toEqual({ 'kms:ViaService': [via] });
    }
    expect(text([...statementsByRole(templatesOf(MINIMAL).app)])).not.toContain('kms:');
  });

  it('without restore targets give no rights on any', () => {
    const { app: minimal } = templatesOf(MINIMAL);
    expect(text([...statementsByRole(minimal)])).not.toContain('.hbase-snapshot/');
  });
});
