import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { Item } from '../../core/items.ts';
import { itemOf } from '../../lambdas/adapters/dynamodb/attribute-values.ts';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { Bucket } from './bucket.ts';
import { fixture } from './fixture.ts';
import { type SealedForTest, sealImage } from './sealed-image.ts';
import { TABLE_NAME, World } from './world.ts';

export const ROOT = 's3://backups/prod';
export const TARGET = 's3://target/hbase';
export const IMAGE = 'backup_1700000000000';

export interface RestoreWorld {
  readonly world: World;
  /** Of `sensors` and `shop:orders`, in this order. */
  readonly image: SealedForTest;
  readonly backups: Bucket;
  readonly target: Bucket;
}

/** A root with one COMPLETE image of HBase's own tables, and an empty target. */
export async function restoreWorld(versioned = false): Promise<RestoreWorld> {
  const world = await World.create({ roots: [ROOT], targets: [TARGET], versioned });
  const image = await sealImage(world, {
    ...{ root: ROOT, id: IMAGE, fixture: fixture('shop'), snapshots: ['sensors-T0', 'shop-orders-T0'] },
  });
  return { world, image, backups: new Bucket(world, 'backups'), target: new Bucket(world, 'target') };
}

export const request = (more: object = {}) => ({
  root: ROOT,
  image: 'latest',
  tables: ['shop:orders'],
  target: TARGET,
  ...more,
});

/** What a successful restore of these tables leaves in an empty target. */
export function restoredKeys(image: SealedForTest, output: unknown): string[] {
  const { tables } = output as RestoredTables;
  return tables
    .flatMap(({ table, snapshot }) => {
      const index = image.manifest.tables.findIndex((one) => one.table === table);
      const files = (image.lists[index] ?? []).map(({ path }) => `hbase/archive/data/${path}`);
      return [
        `hbase/.hbase-snapshot/${snapshot}/.snapshotinfo`,
        `hbase/.hbase-snapshot/${snapshot}/data.manifest`,
        ...files,
      ];
    })
    .sort();
}

/** All items of the system table whose partition begins so, as text. */
export async function itemsOf(world: World, partition: string): Promise<string[]> {
  const { Items = [] } = await world.clients.dynamodb.send(new ScanCommand({ TableName: TABLE_NAME }));
  const items: Item[] = Items.map(itemOf).filter(({ pk }) => pk.startsWith(partition));
  return items.map((item) => canonicalJson(item)).sort();
}
