import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from 'vitest';
import { HoldfastError } from '../../../../core/errors/holdfast-error.ts';
import { readSnapshotDescription, writeSnapshotDescription } from '../../../../core/hbase/snapshot-description.ts';
import { parseS3Uri } from '../../../../core/s3-uri.ts';
import { s3TableSnapshots } from '../../../../lambdas/adapters/hbase/table-snapshots.ts';
import { s3ObjectStore } from '../../../../lambdas/adapters/s3/object-store.ts';
import { BackupSession, putSource } from '../../../support/backup-session.ts';
import { Bucket } from '../../../support/bucket.ts';
import { fixture } from '../../../support/fixture.ts';
import { madeTable } from '../../../support/made-table.ts';
import { WORK_BUCKET, World } from '../../../support/world.ts';

const ROOT = 's3://backups/prod';
const SOURCE = 's3://hbase/root';
const NONE = Buffer.alloc(0);

let world: World;
let source: Bucket;
beforeEach(async () => {
  world = await World.create({ roots: [ROOT], sources: [SOURCE], versioned: true });
  source = await putSource(world, SOURCE, fixture('shop'));
});

const session = (more: object = {}) => new BackupSession(world, { root: ROOT, source: SOURCE, ...more });
const orders = { tables: ['shop:orders'] };

/** What a session ends with, at whichever step. */
async function failure(backup: BackupSession): Promise<HoldfastError> {
  try {
    await backup.run();
  } catch (error) {
    if (error instanceof HoldfastError) return error;
    throw error;
  }
  throw new Error('the backup did not fail');
}

async function storeFile(): Promise<string> {
  const keys = await source.keys('root/data/shop/orders/');
  return keys.find((key) => /^[0-9a-f]{32}$/.test(key.split('/')[6] ?? ''))!;
}

const infoKey = 'root/.hbase-snapshot/shop-orders-T0/.snapshotinfo';
const manifestKey = 'root/.hbase-snapshot/shop-orders-T0/data.manifest';

async function archive(Key: string): Promise<void> {
  const Body = await source.get(Key);
  await world.clients.s3.send(new PutObjectCommand({ Bucket: 'hbase', Key, Body, StorageClass: 'GLACIER' }));
}

/** Removes an object when it was listed and is about to be read. */
function removedAfterListing(key: string): void {
  world.hub.intercept(async (call, next) => {
    if (call.operation === 'GetObject' && call.input.Key === key) await source.remove(key);
    return next(call);
  });
}

async function describeSnapshot(change: object): Promise<void> {
  const info = readSnapshotDescription(await source.get(infoKey));
  await source.put(infoKey, writeSnapshotDescription({ ...info, ...change }));
}

describe('files that are not what the snapshot needs', () => {
  it('missing: named with table, region, family, size and snapshot', async () => {
    const key = await storeFile();
    await source.remove(key);
    const error = await failure(session(orders));
    const [, , , , region, family, file] = key.split('/');
    expect(error).toMatchObject({
      name: 'SourceFileMissing',
      evidence: {
        table: 'shop:orders',
        region,
        family,
        file,
        snapshot: 'shop-orders-T0',
        sizeBytes: expect.any(Number),
      },
    });
    for (const word of ['shop:orders', region!, family!, file!, 'shop-orders-T0'])
      expect(error.message).toContain(word);
  });

  it('truncated', async () => {
    const key = await storeFile();
    await source.put(key, (await source.get(key)).subarray(1));
    expect(await failure(session(orders))).toMatchObject({ name: 'SourceChanged' });
  });

  it.each(['GLACIER', 'DEEP_ARCHIVE'] as const)('archived storage class %s', async (StorageClass) => {
    const key = await storeFile();
    const Body = await source.get(key);
    await world.clients.s3.send(new PutObjectCommand({ Bucket: 'hbase', Key: key, Body, StorageClass }));
    const error = await failure(session(orders));
    expect(error).toMatchObject({ name: 'SourceUnreadable' });
    expect(error.message).toContain(StorageClass);
  });

  it.each([0, 16])('client-side-encrypted by EMRFS, %d bytes longer', async (longer) => {
    const keys = (await source.keys('root/data/shop/orders/')).filter((key) => key.split('/').length === 7);
    for (const key of keys.filter((one) => !one.includes('/.'))) {
      const bytes = Buffer.concat([await source.get(key), Buffer.alloc(longer)]);
      const Metadata = { 'x-amz-key-v2': 'wrapped', 'x-amz-iv': 'iv', 'x-amz-matdesc': '{}' };
      await world.clients.s3.send(new PutObjectCommand({ Bucket: 'hbase', Key: key, Body: bytes, Metadata }));
    }
    const error = await failure(session(orders));
    expect(error).toMatchObject({ name: 'SourceUnreadable' });
    expect(error.message).toContain('client-side-encrypted');
  });

  it.each(['replaced', 'removed', 'replaced after the copy', 'removed after the copy'])('%s', async (what) => {
    const backup = session(orders);
    await backup.begin();
    await backup.plan();
    const key = await storeFile();
    const isLate = what.endsWith('copy');
    if (isLate) await backup.copy();
    const bytes = Buffer.from(await source.get(key));
    bytes[0] = bytes[0]! ^ 1;
    if (what.startsWith('replaced')) await source.put(key, bytes);
    else await source.remove(key);
    const name = what.startsWith('replaced') ? 'SourceChanged' : 'SourceFileMissing';
    await expect(isLate ? backup.verify() : backup.copy()).rejects.toMatchObject({ name });
    const failures = (await new Bucket(world, WORK_BUCKET).keys()).filter((one) => one.includes('/failures/'));
    expect(failures).toHaveLength(1);
    const noted = JSON.parse((await new Bucket(world, WORK_BUCKET).get(failures[0]!)).toString());
    expect(noted).toMatchObject({ name, message: expect.stringContaining(key.split('/').at(-1)!) });
  });
});

describe('snapshots that cannot be used', () => {
  it('none: every table without one is named', async () => {
    for (const key of await source.keys('root/.hbase-snapshot/')) await source.remove(key);
    const error = await failure(session());
    expect(error).toMatchObject({ name: 'SnapshotNotFound', evidence: { tables: ['sensors', 'shop:orders'] } });
  });

  it.each([
    ['v1', { version: 0 }, 'SnapshotUnsupported'],
    ['an unknown version', { version: 3 }, 'SnapshotUnsupported'],
    ['expired', { creationMs: 1_000, ttlSeconds: 5 }, 'SnapshotExpired'],
    ['of a time that is no number of the system table', { creationMs: 2 ** 62 }, 'SnapshotDamaged'],
    ['of the year 285428', { creationMs: 2 ** 53 - 2 }, 'SnapshotDamaged'],
    ['of the day after tomorrow', { creationMs: Date.UTC(2026, 10, 25) }, 'SnapshotDamaged'],
    ['of another name', { name: 'other' }, 'SnapshotDamaged'],
  ])('%s', async (_, change, name) => {
    await describeSnapshot(change);
    expect(await failure(session(orders))).toMatchObject({ name });
  });

  const HOUR = 3_600_000;
  it.each([
    ['more than a day old', -25 * HOUR, 0, /shop-orders-T0 \(FLUSH\), is 25 h old/],
    [
      'that would expire while the backup may need it',
      -HOUR,
      48 * 3_600,
      /shop-orders-T0 \(FLUSH\), has a TTL that ends in 47 h/,
    ],
  ])('one %s is refused, unless it is named', async (_what, ageMs, ttlSeconds, said) => {
    await describeSnapshot({ creationMs: world.clock.now() + ageMs, ttlSeconds });
    const snapshots = s3TableSnapshots(s3ObjectStore(world.clients), world.clock);
    const choose = (names: Record<string, string>) =>
      snapshots.choose(parseS3Uri(SOURCE, 'source'), { ...orders, snapshots: names });
    await expect(choose({})).rejects.toMatchObject({
      ...{ name: 'SnapshotStale', message: expect.stringMatching(said) },
      hint: expect.stringContaining('--snapshot shop:orders=shop-orders-T0'),
    });
    expect(await choose({ 'shop:orders': 'shop-orders-T0' })).toHaveLength(1);
  });

  it('one that lasts as long as a backup may is taken', async () => {
    await describeSnapshot({ creationMs: world.clock.now() - HOUR, ttlSeconds: 50 * 3_600 });
    await session(orders).run();
  });

  it('a damaged manifest or description', async () => {
    const manifest = await source.get(manifestKey);
    await source.put(manifestKey, manifest.subarray(0, manifest.length - 3));
    expect(await failure(session(orders))).toMatchObject({ name: 'SnapshotDamaged' });
  });

  it('a damaged description', async () => {
    await source.put(infoKey, Buffer.from([255, 255, 255]));
    expect(await failure(session(orders))).toMatchObject({ name: 'SnapshotDamaged' });
  });

  it('one of another table, or one that is not there', async () => {
    const wrong = session({ ...orders, snapshots: { 'shop:orders': 'sensors-T0' } });
    expect(await failure(wrong)).toMatchObject({
      name: 'SnapshotDamaged',
      message: expect.stringContaining('sensors'),
    });
  });

  it('one that is not there', async () => {
    const none = session({ ...orders, snapshots: { 'shop:orders': 'no-such' } });
    expect(await failure(none)).toMatchObject({ name: 'SnapshotNotFound' });
  });

  it('half-written and unfinished ones are passed over, the newest complete one is taken', async () => {
    const info = readSnapshotDescription(await source.get(infoKey));
    const later = (name: string, ms: number) =>
      writeSnapshotDescription({ ...info, name, creationMs: info.creationMs + ms });
    await source.put('root/.hbase-snapshot/half/.snapshotinfo', later('half', 3_000));
    await source.put('root/.hbase-snapshot/.tmp/taking/.snapshotinfo', later('taking', 4_000));
    await source.put('root/.hbase-snapshot/.tmp/taking/data.manifest', await source.get(manifestKey));
    await source.put('root/.hbase-snapshot/held/data.manifest', await source.get(manifestKey));
    await source.put('root/.hbase-snapshot/newer/.snapshotinfo', later('newer', 2_000));
    await source.put('root/.hbase-snapshot/newer/data.manifest', await source.get(manifestKey));
    await source.put('root/.hbase-snapshot_$folder$', NONE);
    await source.put('root/.hbase-snapshot/newer/', NONE);
    const done = await session(orders).run();
    expect(done.positionTo).toBe(info.creationMs + 2_000);
  });

  describe('beside them, other tables', () => {
    const sensors = { tables: ['sensors'] };
    const bad: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['a damaged description', () => source.put(infoKey, Buffer.from([255, 255, 255]))],
      ['a description of 2 MiB', () => source.put(infoKey, Buffer.alloc(2 << 20))],
      ['another name', () => describeSnapshot({ name: 'other' })],
      ['a creation in the future', () => describeSnapshot({ creationMs: 2 ** 53 - 2 })],
      ['an archived description', () => archive(infoKey)],
      ['its removal while it is read', async () => removedAfterListing(infoKey)],
    ];
    it.each(bad)('%s', async (what, spoil) => {
      await spoil();
      expect(await session(sensors).run()).toMatchObject({ tables: 1 });
      const name = what.startsWith('its removal')
        ? 'SnapshotNotFound'
        : what.startsWith('an archived')
          ? 'SourceUnreadable'
          : 'SnapshotDamaged';
      expect(await failure(session())).toMatchObject({ name });
    });

    it('folders whose names no snapshot can have are none', async () => {
      for (const name of ['\u001b[2J', 'a\nb', '-a', '.hidden', 'a b']) {
        await source.put(`root/.hbase-snapshot/${name}/.snapshotinfo`, Buffer.from([255, 255, 255]));
        await source.put(`root/.hbase-snapshot/${name}/data.manifest`, NONE);
      }
      await source.remove(infoKey);
      expect(await failure(session())).toMatchObject({ name: 'SnapshotNotFound' });
    });

    it('one whose table is unknown stops no table that has another', async () => {
      await source.put('root/.hbase-snapshot/torn/.snapshotinfo', Buffer.from([255, 255, 255]));
      await source.put('root/.hbase-snapshot/torn/data.manifest', NONE);
      expect(await session().run()).toMatchObject({ tables: 2 });
      await source.remove(infoKey);
      const error = await failure(session());
      expect(error).toMatchObject({ name: 'SnapshotDamaged', message: expect.stringContaining('torn') });
    });

    it.each([
      ['that table', orders],
      ['that table by this snapshot', { ...orders, snapshots: { 'shop:orders': 'ahead' } }],
      ['all tables', {}],
    ])('one of a wanted table is not passed over for an older one unless that is named: %s', async (_, wanted) => {
      const info = readSnapshotDescription(await source.get(infoKey));
      const ahead = writeSnapshotDescription({ ...info, name: 'ahead', creationMs: Date.UTC(2027, 0, 1) });
      await source.put('root/.hbase-snapshot/ahead/.snapshotinfo', ahead);
      await source.put('root/.hbase-snapshot/ahead/data.manifest', await source.get(manifestKey));
      const named = session({ tables: null, snapshots: { 'shop:orders': 'shop-orders-T0' } });
      expect(await named.run()).toMatchObject({ tables: 2 });
      expect(await failure(session(wanted))).toMatchObject({ name: 'SnapshotDamaged' });
    });

    it('thousands without a snapshot: some are named, all are counted', async () => {
      const tables = Array.from({ length: 900 }, (_, i) => `${'long'.repeat(50)}${i}`);
      const error = await failure(session({ tables }));
      expect(error).toMatchObject({ name: 'SnapshotNotFound', message: expect.stringContaining('and 880 more') });
      expect(error.evidence).toMatchObject({ count: 900 });
      expect(JSON.stringify([error.message, error.hint, error.evidence]).length).toBeLessThan(16 * 1024);
    });
  });

  it.each(['named', 'all'])('more than 1,000 tables, %s, are refused before anything is read', async (how) => {
    const names = Array.from({ length: 1_001 }, (_, i) => `many${i}`);
    if (how === 'all')
      for (const name of names) await source.put(`root/data/default/${name}/.tabledesc/.tableinfo.1`, 'x');
    const error = await failure(session({ tables: how === 'all' ? null : names }));
    expect(error).toMatchObject({ name: 'InvalidInput', evidence: { field: 'tables', most: 1_000 } });
  });

  it('no HBase root at all', async () => {
    await source.remove('root/hbase.id');
    expect(await failure(session(orders))).toMatchObject({ name: 'SourceNotFound' });
  });
});

async function putTable(name: string, snapshot: string, count: number): Promise<void> {
  for (const [key, bytes] of madeTable(name, snapshot, count)) await source.put(`root/${key}`, bytes);
}

describe('tables of every size and name', () => {
  it.each([0, 1, 10_000])('%d files', async (count) => {
    await putTable('made:up', 'made', count);
    const done = await session({ tables: ['made:up'] }).run();
    expect(done).toMatchObject({ tables: 1, files: count, newFiles: count, bytes: count });
    const keys = await new Bucket(world, 'backups').keys(`prod/images/${done.id}/data/`);
    expect(keys).toHaveLength(count);
  });

  it.each(['constructor', '__proto__', 'größe:tabelle', '表', 'a.b-c_d', 'x1:_y', '𝒯able'])('%s', async (name) => {
    await putTable(name, 'made', 3);
    expect(await session({ tables: [name] }).run()).toMatchObject({ files: 3 });
    expect(await session({ tables: [name] }).run()).toMatchObject({ newFiles: 0 });
  });

  it('several tables, in one chunk, in the order of their paths', async () => {
    for (const name of ['b:a', 'a', 'z:z', 'b-c', 'b.c']) await putTable(name, `of-${name.replace(':', '.')}`, 4);
    const tables = ['a', 'b-c', 'b.c', 'b:a', 'z:z'];
    const backup = session({ tables });
    expect(await backup.run()).toMatchObject({ tables: 5, files: 20 });
    expect(backup.planned).toMatchObject({ copyChunks: 1, verifyRanges: 1 });
  });
});

describe('what is wrong in the destination is not sealed', () => {
  const tampered: readonly [string, (backups: Bucket, keys: string[]) => Promise<unknown>][] = [
    ['an object is missing', (backups, keys) => removeVersions(backups, keys[0]!)],
    ['an object has another version', async (backups, keys) => backups.put(keys[0]!, await backups.get(keys[0]!))],
    [
      'an object is cut',
      async (backups, keys) => {
        const bytes = await backups.get(keys[0]!);
        await removeVersions(backups, keys[0]!);
        await backups.put(keys[0]!, bytes.subarray(1));
      },
    ],
    [
      'an object has other bytes',
      async (backups, keys) => {
        const bytes = await backups.get(keys[0]!);
        await removeVersions(backups, keys[0]!);
        await backups.put(keys[0]!, bytes.fill(1));
      },
    ],
    ['an object too many, first', (backups, keys) => backups.put(keys[0]!.replace(/data\/.*/, 'data/a/a/a/a/a'), 'x')],
    ['an object too many, last', (backups, keys) => backups.put(keys[0]!.replace(/data\/.*/, 'data/z/z/z/z/z'), 'x')],
    ['a delete marker', (backups, keys) => backups.remove(keys[0]!)],
  ];
  it.each(tampered)('%s', async (_, tamper) => {
    const backup = session({ chunkObjects: 2 });
    const { sessionId } = await backup.begin();
    await backup.plan();
    await backup.copy();
    await backup.verify();
    const backups = new Bucket(world, 'backups');
    await tamper(backups, await backups.keys(`prod/images/${sessionId}/data/`));
    await expect(backup.verify()).rejects.toMatchObject({ name: 'VerificationFailed' });
  });

  it('what an older image holds is looked at too', async () => {
    const first = await session().run();
    const backup = session();
    await backup.begin();
    expect(await backup.plan()).toMatchObject({ newFiles: 0 });
    const backups = new Bucket(world, 'backups');
    const [key] = await backups.keys(`prod/images/${first.id}/data/`);
    await removeVersions(backups, key!);
    await expect(backup.verify()).rejects.toMatchObject({ name: 'VerificationFailed' });
  });

  it.each(['GLACIER', 'DEEP_ARCHIVE'] as const)(
    'what an older image holds in %s is copied, and not listed if it got there since the plan',
    async (StorageClass) => {
      const first = await session().run();
      const backups = new Bucket(world, 'backups');
      const [Key] = (await backups.keys(`prod/images/${first.id}/data/`)) as [string];
      const freeze = async () => {
        const Body = await backups.get(Key);
        await world.clients.s3.send(new PutObjectCommand({ Bucket: 'backups', Key, Body, StorageClass }));
      };
      const backup = session();
      await backup.begin();
      expect(await backup.plan()).toMatchObject({ newFiles: 0 });
      await freeze();
      await expect(backup.verify()).rejects.toMatchObject({ name: 'VerificationFailed' });
      const dry = await world.call('DryRunBackup', { root: ROOT, request: session().request });
      expect(dry).toMatchObject({ newFiles: 1 });
    },
  );

  it('an unplanned object where a copy goes is a conflict', async () => {
    const backup = session(orders);
    const { sessionId } = await backup.begin();
    await backup.plan();
    const path = (await storeFile()).slice('root/data/'.length);
    await new Bucket(world, 'backups').put(`prod/images/${sessionId}/data/${path}`, 'x');
    await expect(backup.copy()).rejects.toMatchObject({ name: 'ImageConflict' });
  });

  it('results that are missing keep the manifest from being sealed', async () => {
    const backup = session({ chunkObjects: 2 });
    await backup.begin();
    await backup.plan();
    await backup.copy();
    const work = new Bucket(world, WORK_BUCKET);
    await work.remove((await work.keys()).find((key) => key.includes('/results/'))!);
    await expect(backup.verify()).rejects.toMatchObject({ name: 'VerificationFailed' });
    await expect(backup.seal()).rejects.toBeInstanceOf(HoldfastError);
  });
});

async function removeVersions(bucket: Bucket, key: string): Promise<void> {
  for (const line of await bucket.versions(key)) {
    const [Key, VersionId] = line.split(' ') as [string, string];
    await world.clients.s3.send(new DeleteObjectCommand({ Bucket: bucket.name, Key, VersionId }));
  }
}

describe('a plan that is not the one that was written', () => {
  it.each(['plan/copy-00000', 'plan/table-00000', 'results/copy-00000', 'plan/verify-00000'])(
    '%s cut short',
    async (name) => {
      const backup = session();
      await backup.begin();
      await backup.plan();
      if (name !== 'plan/copy-00000') await backup.copy();
      const work = new Bucket(world, WORK_BUCKET);
      const key = (await work.keys()).find((one) => one.includes(name))!;
      const bytes = await work.get(key);
      await work.put(key, bytes.subarray(0, Math.ceil(bytes.length / 2)));
      const rest = async () => {
        if (name === 'plan/copy-00000') await backup.copy();
        if (name !== 'plan/table-00000') await backup.verify();
        await backup.seal();
      };
      await expect(rest()).rejects.toBeInstanceOf(Error);
      const manifests = await new Bucket(world, 'backups').keys(`prod/images/${backup.begun!.sessionId}/manifest`);
      expect(manifests).toEqual([]);
    },
  );
});
