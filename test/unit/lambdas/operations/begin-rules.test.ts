import { beforeEach, describe, expect, it } from 'vitest';
import { systemPrefix } from '../../../../core/stack-layout.ts';
import { dynamoDbSystemTable } from '../../../../lambdas/adapters/dynamodb/system-table.ts';
import type { OutputOf } from '../../../../lambdas/contracts/step-contract.ts';
import type { takeSystemSnapshotContract } from '../../../../lambdas/contracts/take-system-snapshot.contract.ts';
import { Bucket } from '../../../support/bucket.ts';
import { SYSTEM_BUCKET, TABLE_NAME, World } from '../../../support/world.ts';

const ROOT = 's3://backups/prod';
type Taken = OutputOf<typeof takeSystemSnapshotContract>;

/** The system snapshot's name and the order around the begin (docs/design.md, "Orders", "Begin"). */
describe('the begin', () => {
  let world: World;
  let snapshots: Bucket;

  beforeEach(async () => {
    world = await World.create({ roots: [ROOT] });
    snapshots = new Bucket(world, SYSTEM_BUCKET);
  });

  const executionOf = (name: string) => ({
    arn: `arn:aws:states:eu-west-1:123456789012:execution:full-backup:${name}`,
    name,
    startTime: '2026-01-01T00:00:00Z',
  });
  const take = (name: string) => world.call<Taken>('TakeSystemSnapshot', { root: ROOT, execution: executionOf(name) });
  const begin = ({ sessionId, version, epoch, snapshot }: Taken, name: string) =>
    world.call('SetActiveSnapshot', {
      ...{ root: ROOT, execution: executionOf(name), operation: 'full', tables: null },
      ...{ sessionId, version, epoch, snapshot },
    });
  const deleteOld = (keys: readonly string[]) => world.call('DeleteSystemSnapshots', { root: ROOT, keys });

  it('uniqueSnapshots: one name is never used twice, not by one session that tries again either', async () => {
    const names = [await take('a'), await take('a'), await take('b')].map(({ snapshot }) => snapshot.key);
    expect(new Set(names).size).toBe(3);
    expect(await snapshots.keys(systemPrefix(ROOT))).toEqual([...names].sort());
  });

  it('listBeforeFlag: snapshots that were taken after the look are left to who may begin with them', async () => {
    const left = await take('long ago');
    const mine = await take('mine');
    const behind = await take('behind');
    expect(mine.old).toEqual([left.snapshot.key]);
    await begin(mine, 'mine');
    await deleteOld(mine.old);
    const keys = await snapshots.keys();
    expect(keys).not.toContain(left.snapshot.key);
    expect(keys).toEqual(expect.arrayContaining([mine.snapshot.key, behind.snapshot.key]));
  });

  it('the snapshot that the flag names is deleted by nobody', async () => {
    const mine = await take('mine');
    await begin(mine, 'mine');
    await deleteOld([mine.snapshot.key]);
    expect(await snapshots.keys()).toContain(mine.snapshot.key);
  });

  it('reads the version before the items, and what it wrote before it answers', async () => {
    const calls: string[] = [];
    world.hub.intercept((call, next) => {
      calls.push(call.operation);
      return next(call);
    });
    await take('mine');
    const wanted = ['GetItem', 'ListObjectsV2', 'Query', 'PutObject', 'GetObject'];
    expect(calls.filter((name) => wanted.includes(name)).slice(-4)).toEqual(wanted.slice(1));
    expect(calls[0]).toBe('GetItem');
  });

  it('beginReread: whose answer is lost has begun, and another one has surely lost', async () => {
    const [mine, other] = [await take('mine'), await take('other')];
    const remove = world.hub.intercept(async (call, next) => {
      const answer = next(call);
      if (call.operation !== 'TransactWriteItems') return answer;
      await answer.catch(() => {});
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    });
    expect(await begin(mine, 'mine')).toMatchObject({ outcome: 'BEGUN', epoch: 1 });
    remove();
    expect(await begin(other, 'other')).toEqual({ outcome: 'LOST' });
    const { flag } = await dynamoDbSystemTable(world.clients, TABLE_NAME).readControl(ROOT);
    expect(flag?.activeSnapshot).toBe(mine.snapshot.key);
  });
});
