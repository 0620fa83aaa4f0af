import { beforeEach, describe, expect, it } from 'vitest';
import { readSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { replaceTableSchema } from '../../core/hbase/snapshot-manifest-writer.ts';
import { TRACKER } from '../../core/hbase/store-file-tracker.ts';
import { attributeOf, changeTable } from '../../core/hbase/table-change.ts';
import { type TableSchema, writeTableInfoFile } from '../../core/hbase/table-schema.ts';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { emptySnapshot } from '../support/empty-snapshot.ts';
import { fixture } from '../support/fixture.ts';
import {
  IMAGE,
  itemsOf,
  type RestoreWorld,
  ROOT,
  request,
  restoredKeys,
  restoreWorld,
} from '../support/restore-world.ts';
import { sealImage } from '../support/sealed-image.ts';

const NEWER = 'backup_1700000005000';

/** `data.manifest` of the shop's orders as users have them: replicated, with a coprocessor. */
function usedShop(): Map<string, Buffer> {
  const path = 'hbase/.hbase-snapshot/shop-orders-T0/data.manifest';
  const bytes = fixture('shop').get(path)!;
  const used = changeTable(manifestSchema(), [
    { family: null, name: 'coprocessor$1', from: null, to: '|org.example.Audit|1001|', why: 'set' },
    { family: 'd', name: 'REPLICATION_SCOPE', from: '0', to: '1', why: 'set' },
  ]);
  return new Map([...fixture('shop'), [path, replaceTableSchema(bytes, used)]]);
}

const manifestSchema = () =>
  new SnapshotManifest(fixture('shop').get('hbase/.hbase-snapshot/shop-orders-T0/data.manifest')!).tableSchema;

describe('restore', () => {
  let w: RestoreWorld;

  /** The descriptor that the target's HBase would clone. */
  async function published(snapshot = ''): Promise<TableSchema> {
    const bytes = await w.target.get(`hbase/.hbase-snapshot/${snapshot}/data.manifest`);
    return new SnapshotManifest(bytes).tableSchema;
  }

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
    const descriptor = 'hbase/data/shop/orders/.tabledesc/.tableinfo.0000000001.625';
    await w.target.put(descriptor, fixture('shop').get(descriptor) ?? '');
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

  it('gives the restored table the descriptor that is asked for, and says each change', async () => {
    await sealImage(w.world, { root: ROOT, id: NEWER, fixture: usedShop(), snapshots: ['shop-orders-T0'] });
    const asked = {
      mapping: ['copy'],
      set: ['shop:orders:d.TTL=60'],
      stripCoprocessors: true,
      storeFileTracker: 'FILE',
    };
    const dry = await w.world.run('restore', request({ ...asked, dryRun: true }));
    const ended = await w.world.run('restore', request(asked));
    const [planned, made] = [dry, ended].map(({ output }) => (output as RestoredTables).tables[0]);
    expect(made?.changes).toEqual([
      { family: null, name: 'coprocessor$1', from: '|org.example.Audit|1001|', to: null, why: 'strip-coprocessors' },
      { family: 'd', name: 'REPLICATION_SCOPE', from: '1', to: '0', why: 'replication-scope' },
      { family: null, name: TRACKER, from: 'DEFAULT', to: 'FILE', why: 'store-file-tracker' },
      { family: 'd', name: 'TTL', from: '2147483647', to: '60', why: 'set' },
    ]);
    expect(made?.notes).toEqual([expect.stringMatching(/^shop:orders:d: TTL 60 s/)]);
    expect([planned?.changes, planned?.descriptor]).toEqual([made?.changes, made?.descriptor]);
    const schema = await published(made?.snapshot);
    expect(made?.changes.map(({ family, name }) => attributeOf(schema, family, name))).toEqual([
      undefined,
      '0',
      'FILE',
      '60',
    ]);
    expect(schema.table).toEqual({ namespace: 'shop', qualifier: 'orders' });
  });

  it('takes the tracker that the target shows, and publishes what the plan decided', async () => {
    const meta = { ...manifestSchema(), table: { namespace: 'hbase', qualifier: 'meta' } };
    const file = changeTable(meta, [{ family: null, name: TRACKER, from: null, to: 'FILE', why: 'set' }]);
    await w.target.put('hbase/data/hbase/meta/.tabledesc/.tableinfo.0000000001.600', writeTableInfoFile(file));
    for (const name of ['hbase.id', 'hbase.version'])
      await w.target.put(`hbase/${name}`, fixture('shop').get(`hbase/${name}`)!);
    const checked = await w.world.run('restore', request({ check: true }));
    expect(checked.output).toMatchObject({
      shows: {
        clusterId: 'bc255527-4af9-4c22-a49e-f3dd0b452557',
        layoutVersion: '8',
        tracker: 'FILE',
        line: 'from 2.5 on',
      },
      tables: [
        {
          descriptor: { compressions: ['GZ'], coprocessors: [], tracker: 'DEFAULT', line: 'from 2.5 on' },
          changes: [{ name: TRACKER, from: 'DEFAULT', to: 'FILE', why: 'store-file-tracker' }],
        },
      ],
    });
    expect(await w.target.keys()).toHaveLength(3);
    const ended = await w.world.run('restore', request());
    const [made] = (ended.output as RestoredTables).tables;
    expect(attributeOf(await published(made?.snapshot), null, TRACKER)).toBe('FILE');
  });

  it('refuses a target whose files are not what HBase leaves, before anything of it is touched', async () => {
    await w.target.put('hbase/hbase.id', 'no id of a cluster');
    expect(await w.world.run('restore', request())).toMatchObject({ status: 'FAILED', error: 'DestinationRefused' });
    expect(await w.target.keys()).toEqual(['hbase/hbase.id']);
  });

  it('publishes no manifest that the target is not said to read', async () => {
    const bytes = fixture('shop').get('hbase/.hbase-snapshot/shop-orders-T0/data.manifest')!.length;
    const refused = await w.world.run('restore', request({ manifestLimitBytes: bytes - 1 }));
    expect(refused).toMatchObject({ status: 'FAILED', error: 'SnapshotManifestTooLarge' });
    expect(refused.cause).toMatch(/set snapshot\.manifest\.size\.limit to \d+ for masters and clients/);
    expect(await w.target.keys()).toEqual([]);
    const ended = await w.world.run('restore', request({ manifestLimitBytes: bytes }));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { tables: [{ manifestBytes: bytes }] } });
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
    expect(info).toMatchObject({ ttlSeconds: 0, owner: 'holdfast' });
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
