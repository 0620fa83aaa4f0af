import { beforeEach, describe, expect, it } from 'vitest';
import { readSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { emptySnapshot } from '../support/empty-snapshot.ts';
import { fixture } from '../support/fixture.ts';
import { IMAGE, itemsOf, type RestoreWorld, request, restoredKeys, restoreWorld } from '../support/restore-world.ts';
import { sealImage } from '../support/sealed-image.ts';

const NEWER = 'backup_1700000005000';

describe('restore', () => {
  let w: RestoreWorld;

  beforeEach(async () => {
    w = await restoreWorld();
  });

  it('places snapshots that a stock HBase can clone, and leaves the root as it was (R11)', async () => {
    const before = [await itemsOf(w.world, 'root#'), await itemsOf(w.world, 'history#'), await w.backups.keys()];
    const ended = await w.world.run('restore', request({ tables: ['shop:orders', 'sensors'] }));
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    const { tables, restoreId } = ended.output as RestoredTables;
    const files = w.image.lists[1]?.length;
    expect(tables[0]).toMatchObject({ table: 'shop:orders', files, copied: files, reused: 0 });
    expect(tables[0]?.snapshot).toBe(`holdfast_${IMAGE}_shop_orders_${restoreId}`);
    expect(tables[0]?.command).toBe(`clone_snapshot '${tables[0]?.snapshot}', 'shop:orders'`);
    expect(tables[1]?.snapshot).toBe(`holdfast_${IMAGE}_default_sensors_${restoreId}`);
    expect(await w.target.keys()).toEqual(restoredKeys(w.image, ended.output));
    const info = await w.target.get(`hbase/.hbase-snapshot/${tables[0]?.snapshot}/.snapshotinfo`);
    expect(readSnapshotDescription(info)).toMatchObject({ name: tables[0]?.snapshot, ttlSeconds: 0, version: 2 });
    expect([await itemsOf(w.world, 'root#'), await itemsOf(w.world, 'history#'), await w.backups.keys()]).toEqual(
      before,
    );
    expect(await itemsOf(w.world, 'pins#')).toEqual([]);
    expect((await itemsOf(w.world, 'targets#')).every((item) => item.includes('"PUBLISHED"'))).toBe(true);
  });

  it('restores files whose bytes an older image holds', async () => {
    const names = { root: 's3://backups/prod', id: NEWER, fixture: fixture('shop') };
    const newer = await sealImage(w.world, { ...names, snapshots: ['shop-orders-T0'], sharing: w.image });
    expect(newer.manifest.newFiles).toBe(0);
    const ended = await w.world.run('restore', request());
    expect(ended.output).toMatchObject({ image: NEWER, tables: [{ table: 'shop:orders' }] });
    expect(await w.target.keys()).toEqual(restoredKeys(newer, ended.output));
  });

  it('takes the newest image that has the tables, and a prefix of an id for the id', async () => {
    const names = { root: 's3://backups/prod', id: NEWER, fixture: fixture('shop') };
    await sealImage(w.world, { ...names, snapshots: ['shop-orders-T0'] });
    expect((await w.world.run('restore', request({ tables: ['sensors'] }))).output).toMatchObject({ image: IMAGE });
    expect((await w.world.run('restore', request({ image: '1700000005' }))).output).toMatchObject({ image: NEWER });
  });

  it('uses files that are there, and copies none a second time', async () => {
    const first = await w.world.run('restore', request());
    const second = await w.world.run('restore', request());
    const files = w.image.lists[1]?.length;
    expect(second.output).toMatchObject({ tables: [{ files, copied: 0, reused: files }] });
    expect((first.output as RestoredTables).restoreId).not.toBe((second.output as RestoredTables).restoreId);
  });

  it.each([{ check: true }, { dryRun: true }])('touches nothing of the target with %o', async (only) => {
    const ended = await w.world.run('restore', request(only));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { published: false, tables: [{ copied: 0 }] } });
    expect(await w.target.keys()).toEqual([]);
    expect(await itemsOf(w.world, 'targets#')).toEqual([]);
    expect(await itemsOf(w.world, 'pins#')).toEqual([]);
  });

  it('names the finishing command for a table of another name, and for one that is there', async () => {
    await w.target.put('hbase/data/shop/orders/.tabledesc/.tableinfo.0000000001', 'x');
    expect(await w.world.run('restore', request())).toMatchObject({ status: 'FAILED', error: 'TargetExists' });
    expect(await w.target.keys()).toHaveLength(1);
    const mapped = await w.world.run('restore', request({ mapping: ['shop:orders_copy'] }));
    expect((mapped.output as RestoredTables).tables[0]?.command).toMatch(
      /^clone_snapshot '[^']+', 'shop:orders_copy'$/,
    );
    const replaced = await w.world.run('restore', request({ overwrite: true }));
    expect((replaced.output as RestoredTables).tables[0]?.command).toMatch(
      /^disable 'shop:orders'; restore_snapshot '[^']+'; enable 'shop:orders'$/,
    );
  });

  it('restores an image of a table without files', async () => {
    const bare = new Map(fixture('shop'));
    const names = { root: 's3://backups/prod', id: NEWER, fixture: bare };
    emptySnapshot(bare, 'empty-T0', 'empty');
    await sealImage(w.world, { ...names, snapshots: ['empty-T0'] });
    const ended = await w.world.run('restore', request({ tables: ['empty'] }));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { tables: [{ files: 0, copied: 0 }] } });
    expect(await w.target.keys()).toHaveLength(2);
    const [key = ''] = (await w.target.keys()).filter((one) => one.endsWith('.snapshotinfo'));
    // The snapshot's own TTL would let a cleaner remove it while it is being cloned.
    const info = readSnapshotDescription(await w.target.get(key));
    expect(info.ttlSeconds).toBe(0);
    expect(w.world.clock.now() - info.creationMs).toBeLessThan(60_000);
  });

  it('is seen by nobody before it is whole', async () => {
    // Whenever the first .snapshotinfo outside .tmp is put, all files are there.
    const seen: number[] = [];
    w.world.hub.intercept(async (call, next) => {
      if (call.operation === 'PutObject' && /hbase-snapshot\/holdfast.*snapshotinfo$/.test(String(call.input.Key))) {
        seen.push((await w.target.keys('hbase/archive/')).length);
      }
      return next(call);
    });
    await w.world.run('restore', request());
    expect(seen).toEqual([w.image.lists[1]?.length]);
  });
});
