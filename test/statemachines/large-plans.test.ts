import { beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../local/hub.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE } from '../support/holdfast-cloud.ts';

const MINUTE = 60_000;
const TOO_MANY = 1_001;

describe('a backup of many tables', () => {
  let app: HoldfastCloud;

  beforeEach(async () => {
    app = await holdfastCloud({ fixture: 'shop' });
  });

  const names = Array.from({ length: TOO_MANY }, (_, n) => `many${n}`);
  const put = (Key: string) => app.cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key, Body: Buffer.from('x') });

  it.each(['named', 'all'])('of more than 1,000, %s, is refused before any side effect', async (how) => {
    if (how === 'all')
      for (const name of names) await put(`root/data/default/${name}/.tabledesc/.tableinfo.0000000001`);
    const writes: string[] = [];
    app.cloud.intercept((call, next) => {
      const isRole = call.context.caller.kind === 'role';
      if (isRole && /^(Put|Transact|Update|Copy|Create|Delete)/.test(call.operation)) writes.push(call.operation);
      return next(call);
    });
    const asked = how === 'all' ? { all: true } : { tables: names };
    const refused = await app.run('FullBackupStateMachine', { root: ROOT, source: SOURCE, ...asked });
    expect(refused).toMatchObject({ status: 'FAILED', error: 'InvalidInput' });
    expect(refused.cause).toContain('a backup has at most 1000 tables');
    expect(writes).toEqual([]);
    expect(await app.listing('backups')).toEqual([]);
  });

  it('counts tables, not folders: what is left of deleted ones is none', async () => {
    for (const name of names) await put(`root/data/default/${name}/.tmp/left`);
    const ended = await app.run('FullBackupStateMachine', { root: ROOT, source: SOURCE, all: true });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { tables: 2 } });
  });

  it('whose plan runs out of time goes on with the next table', async () => {
    const manifests: string[] = [];
    let late = 1;
    app.cloud.intercept(async (call: Call, next) => {
      const isManifest =
        call.operation === 'GetObject' && /hbase-snapshot\/.*data\.manifest$/.test(String(call.input.Key));
      if (!isManifest) return next(call);
      manifests.push(String(call.input.Key).split('/').at(-2) ?? '');
      if (late-- > 0) await app.clock.sleep(14.2 * MINUTE);
      return next(call);
    });
    const input = { root: ROOT, source: SOURCE, tables: ['shop:orders', 'sensors'], standalone: true };
    const slow = await app.run('FullBackupStateMachine', input);
    expect(slow.cause).toBeUndefined();
    // Each once: what was planned before the time was over is not planned again.
    expect(manifests).toEqual(['sensors-T0', 'shop-orders-T0']);
    const { events } = (await app.cloud.call('states', 'GetExecutionHistory', { executionArn: slow.arn })) as {
      events: { type: string; taskFailedEventDetails?: { error: string } }[];
    };
    expect(events.flatMap(({ taskFailedEventDetails }) => taskFailedEventDetails?.error ?? [])).toEqual(['OutOfTime']);
    const { tables, files, bytes, newFiles } = (await app.run('FullBackupStateMachine', input)).output as Record<
      string,
      number
    >;
    expect(slow.output).toMatchObject({ tables, files, bytes, newFiles });
  });
});
