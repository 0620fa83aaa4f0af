import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { repairRunbook } from '../../infra/runbooks/repair.ts';
import { FaultBench, INPUT, type Moment } from '../support/fault-bench.ts';
import { ROOT } from '../support/holdfast-cloud.ts';
import { resourcesOf, statementsByRole, templatesOf } from './app-in-process.ts';
import { MINIMAL } from './configurations.ts';
import { repairAutomation } from './repair-automation.ts';
import { runAutomation } from './run-automation.ts';

const REPAIR = 'arn:aws:states:us-east-1:000000000000:stateMachine:Repair:live';
const runbook = repairRunbook({ role: 'arn:aws:iam::000000000000:role/runbook', repair: REPAIR });

describe('the runbook', () => {
  it('is the document that is simulated here', () => {
    const [written] = runbook.mainSteps;
    const { mainSteps, parameters, assumeRole } = JSON.parse(repairAutomation(runbook).print());
    expect(mainSteps[0]).toMatchObject({ action: written?.action, name: written?.name });
    expect(mainSteps[0].inputs.stateMachineArn).toBe(written?.inputs.stateMachineArn);
    expect(mainSteps[0].inputs.input.replaceAll(' ', '')).toBe(written?.inputs.input.replaceAll(' ', ''));
    expect(Object.keys(parameters)).toEqual(Object.keys(runbook.parameters));
    expect(assumeRole).toBe(runbook.assumeRole);
  });

  it('takes no root that would change the input', () => {
    const allowed = new RegExp(runbook.parameters.Root.allowedPattern);
    expect(allowed.test('s3://backups/hbase/prod')).toBe(true);
    for (const root of ['s3://backups', 's3://b-1/x","stopOwner":true,"x":"', 's3://b-1/x\\', 'backups/x']) {
      expect([root, allowed.test(root)]).toEqual([root, false]);
    }
  });

  it('gives up, and never goes on after a failure', () => {
    for (const step of runbook.mainSteps) {
      expect(step).toMatchObject({ onFailure: 'Abort', timeoutSeconds: expect.any(Number) });
    }
  });
});

describe('the deployed document, run with the rights of its role', () => {
  let bench: FaultBench;
  let before: Moment;
  beforeAll(async () => {
    bench = await FaultBench.create();
  });
  beforeEach(async () => {
    await bench.reset();
    before = await bench.moment();
  });
  afterEach(() => bench.disarm());

  const flag = async () => (await bench.h.table.readControl(ROOT)).flag;

  it('heals a root whose backup was stopped, and changes nothing the second time', async () => {
    let arn = '';
    bench.atState(
      'FullBackupStateMachine',
      'SealManifest',
      async (call, next) => {
        await bench.stop(arn);
        return next(call);
      },
      1,
    );
    arn = await bench.start('FullBackupStateMachine', INPUT);
    expect(await bench.ended(arn)).toMatchObject({ status: 'ABORTED' });
    bench.check();
    expect(await flag()).toBeDefined();

    const { hasSucceeded, calls } = await runAutomation(bench.h, { Root: ROOT });
    expect(hasSucceeded).toBe(true);
    expect([...new Set(calls)]).toEqual(['StartExecution', 'DescribeExecution']);
    expect(await flag()).toBeUndefined();
    await bench.expectRolledBack(before, /./);
    const healed = await bench.moment();
    expect((await runAutomation(bench.h, { Root: ROOT })).hasSucceeded).toBe(true);
    expect((await bench.moment()).facts).toEqual(healed.facts);
    expect(await bench.backUp()).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('fails while the owner runs, and heals when it is told to stop the owner', async () => {
    const sealing = bench.hold('SealManifest', async (call) => {
      const at = call.service === 'lambda' ? await bench.stateOf(call) : undefined;
      return at?.state === 'SealManifest';
    });
    const owner = await bench.start('FullBackupStateMachine', INPUT);
    await sealing.arrived;
    expect((await runAutomation(bench.h, { Root: ROOT })).hasSucceeded).toBe(false);
    expect(await flag()).toBeDefined();

    expect((await runAutomation(bench.h, { Root: ROOT, StopOwner: 'true' })).hasSucceeded).toBe(true);
    expect(await bench.ended(owner)).toMatchObject({ status: 'ABORTED' });
    await sealing.release();
    bench.check();
    expect(await flag()).toBeUndefined();
    await bench.expectRolledBack(before, /./);
  });
});

describe('the template of the document', () => {
  const { app } = templatesOf(MINIMAL);
  const [document] = resourcesOf(app, 'AWS::SSM::Document').map(([, { Properties }]) => Properties);

  it('is the runbook under its name, replaced by new versions', () => {
    expect(document).toMatchObject({ Name: 'Holdfast-Repair', DocumentType: 'Automation', UpdateMethod: 'NewVersion' });
    expect(document.Content.mainSteps[0].inputs.stateMachineArn['Fn::GetAtt'][0]).toMatch(/^RepairAlias/);
  });

  it('assumes a role that Automation of this account alone can take, and that can start, follow and stop repair only', () => {
    const role = document.Content.assumeRole['Fn::GetAtt'][0];
    const { Condition } = app.Resources[role]!.Properties.AssumeRolePolicyDocument.Statement[0];
    expect(Condition.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
    expect(JSON.stringify(Condition.ArnLike)).toContain(':automation-execution/*');
    const statements = statementsByRole(app).get(role)!;
    expect(statements.flatMap(({ Action }) => Action).sort()).toEqual([
      'states:DescribeExecution',
      'states:StartExecution',
      'states:StopExecution',
    ]);
    for (const { Resource } of statements) expect(JSON.stringify(Resource)).toMatch(/RepairMachine/);
  });
});
