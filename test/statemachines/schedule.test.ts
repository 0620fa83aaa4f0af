import { beforeEach, describe, expect, it } from 'vitest';
import { type Ended, type HoldfastCloud, holdfastCloud, ROOT } from '../support/holdfast-cloud.ts';

const TWO_O_CLOCK = Date.UTC(2026, 10, 22, 2);

describe('a schedule', () => {
  let app: HoldfastCloud;

  beforeEach(async () => {
    app = await holdfastCloud({ fixture: 'shop' });
  });

  /** The scheduler delivers a start; answers the execution that it made. */
  async function deliver(dueMs = TWO_O_CLOCK): Promise<string> {
    const nightly = app.cloud.scheduler.list().find(({ name }) => /nightly/i.test(name));
    expect(nightly).toBeDefined();
    const before = await executions();
    await app.cloud.scheduler.fire(nightly?.arn ?? '', dueMs);
    const [arn = '', ...others] = (await executions()).filter((one) => !before.includes(one));
    expect(others).toEqual([]);
    return arn;
  }

  async function executions(): Promise<string[]> {
    const stateMachineArn = app.stack.FullBackupStateMachine.replace(/:[^:]*$/, '');
    const { executions } = await app.cloud.call('states', 'ListExecutions', { stateMachineArn });
    return (executions as { executionArn: string }[]).map(({ executionArn }) => executionArn);
  }

  const sessions = async () => (await Array.fromAsync(app.table.listSessions(ROOT))).map(({ state }) => state);
  const committed = { status: 'SUCCEEDED', output: { root: ROOT, type: 'FULL', tables: 2 } };
  const skippedFor = (arn: string) => ({ status: 'SUCCEEDED', output: { decision: 'SKIPPED', executionArn: arn } });

  it('starts a backup, and its dead letters stay empty', async () => {
    const ended = await app.ended(await deliver());
    expect(ended.cause).toBeUndefined();
    expect(ended).toMatchObject(committed);
  });

  it('that delivers a start again after its backup was committed makes one backup', async () => {
    const first = await deliver();
    expect(await app.ended(first)).toMatchObject(committed);
    expect(await app.ended(await deliver())).toMatchObject(skippedFor(first));
    expect(await sessions()).toEqual(['COMPLETE']);
    // The start of the next night is another one.
    expect(await app.ended(await deliver(TWO_O_CLOCK + 86_400_000))).toMatchObject(committed);
    expect(await sessions()).toEqual(['COMPLETE', 'COMPLETE']);
  });

  it('that delivers a start again while its backup runs makes one backup', async () => {
    let again: Ended | undefined;
    let first = '';
    app.cloud.intercept(async (call, next) => {
      if (call.operation === 'CopyObject' && again === undefined) {
        again = { arn: '', status: '', output: '', error: '', cause: '' };
        again = await app.ended(await deliver());
      }
      return next(call);
    });
    first = await deliver();
    expect(await app.ended(first)).toMatchObject(committed);
    expect(again).toMatchObject(skippedFor(first));
    expect(await sessions()).toEqual(['COMPLETE']);
  });

  it.each(['TakeSystemSnapshot', 'SetActiveSnapshot'])(
    'whose two deliveries meet before %s makes one backup, though the other one looked before it began',
    async (step) => {
      let first = '';
      let isFirst = true;
      app.cloud.intercept(async (call, next) => {
        const isMeeting = call.operation === 'Invoke' && String(call.input.FunctionName).includes(`-${step}Function`);
        if (isMeeting && isFirst) {
          isFirst = false;
          first = await deliver();
          expect(await app.ended(first)).toMatchObject(committed);
        }
        return next(call);
      });
      expect(await app.ended(await deliver())).toMatchObject(skippedFor(first));
      expect(await sessions()).toEqual(['COMPLETE']);
      expect(await app.listing(app.stack.SystemBucket)).toEqual([]);
    },
  );

  it('that delivers a start again after its backup was rolled back makes none: the failure has been told', async () => {
    let isFirst = true;
    app.cloud.intercept(async (call, next) => {
      const isSeal = call.operation === 'Invoke' && String(call.input.FunctionName).includes('-SealManifestFunction');
      if (!isSeal || !isFirst) return next(call);
      isFirst = false;
      const Payload = new TextEncoder().encode('{"errorType":"Broken","errorMessage":"on purpose"}');
      return { StatusCode: 200, FunctionError: 'Unhandled', Payload };
    });
    const first = await deliver();
    expect(await app.ended(first)).toMatchObject({ status: 'FAILED', error: 'Broken' });
    expect(await app.ended(await deliver())).toMatchObject(skippedFor(first));
    expect(await sessions()).toEqual(['FAILED']);
  });
});
