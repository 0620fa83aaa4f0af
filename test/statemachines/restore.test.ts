import { beforeEach, describe, expect, it } from 'vitest';
import { readSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { Bucket } from '../support/bucket.ts';
import { fixture } from '../support/fixture.ts';
import { type SealedForTest, sealImage } from '../support/sealed-image.ts';
import { World } from '../support/world.ts';

const ROOT = 's3://backups/prod';
const TARGET = 's3://target/hbase';
const OLD = 'backup_1700000000000';

describe('restore', () => {
  let world: World;
  let image: SealedForTest;
  let target: Bucket;

  beforeEach(async () => {
    world = await World.create({ roots: [ROOT], targets: [TARGET] });
    target = new Bucket(world, 'target');
    const shop = fixture('shop');
    image = await sealImage(world, {
      ...{ root: ROOT, id: OLD, fixture: shop, snapshots: ['sensors-T0', 'shop-orders-T0'] },
    });
  });

  it('places a snapshot that a stock HBase can clone', async () => {
    const input = { root: ROOT, image: 'latest', tables: ['shop:orders'], target: TARGET };
    const ended = await world.run('restore', input);
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    const output = ended.output as RestoredTables;
    const [restored] = output.tables;
    const list = image.lists[1] ?? [];
    expect(restored).toMatchObject({ table: 'shop:orders', files: list.length, copied: list.length, reused: 0 });
    expect(restored?.command).toBe(`clone_snapshot '${restored?.snapshot}', 'shop:orders'`);
    const snapshot = `hbase/.hbase-snapshot/${restored?.snapshot}/`;
    expect(await target.keys()).toEqual(
      [
        `${snapshot}.snapshotinfo`,
        `${snapshot}data.manifest`,
        ...list.map(({ path }) => `hbase/archive/data/${path}`),
      ].sort(),
    );
    expect(readSnapshotDescription(await target.get(`${snapshot}.snapshotinfo`))).toMatchObject({
      name: restored?.snapshot,
      ttlSeconds: 0,
    });
  });
});
