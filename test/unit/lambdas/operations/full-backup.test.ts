import { beforeEach, describe, expect, it } from 'vitest';
import { parseS3Uri } from '../../../../core/s3-uri.ts';
import { s3ObjectStore } from '../../../../lambdas/adapters/s3/object-store.ts';
import { SealedImage } from '../../../../lambdas/operations/sealed-image.ts';
import { BackupSession, putSource } from '../../../support/backup-session.ts';
import { Bucket } from '../../../support/bucket.ts';
import { type FixtureName, fixture } from '../../../support/fixture.ts';
import { WORK_BUCKET, World } from '../../../support/world.ts';

const ROOT = 's3://backups/prod';
const SOURCE = 's3://hbase/root';

let world: World;
beforeEach(async () => {
  world = await World.create({ roots: [ROOT], sources: [SOURCE], versioned: true });
});

const session = (more: object = {}) => new BackupSession(world, { root: ROOT, source: SOURCE, ...more });

async function filesOf(done: Record<string, unknown>) {
  const sealed = new SealedImage(s3ObjectStore(world.clients), parseS3Uri(ROOT, 'root'), String(done.id));
  const manifest = await sealed.manifest(String(done.manifestSha256));
  const lists = [];
  for (const table of manifest.tables) lists.push(await Array.fromAsync(sealed.files(manifest, table)));
  return { manifest, lists };
}

describe('a full backup of what HBase wrote', () => {
  it.each<FixtureName>(['shop', 'bulk', 'chain', 'splits', 'tags-mob'])(
    '%s: every file of every snapshot',
    async (name) => {
      await putSource(world, SOURCE, fixture(name));
      const done = await session().run();
      const { manifest, lists } = await filesOf(done);
      expect(manifest.tables.length).toBe(done.tables);
      const backups = new Bucket(world, 'backups');
      for (const entry of lists.flat()) {
        const copied = await backups.get(`prod/images/${entry.holder}/data/${entry.path}`);
        const area = entry.source.area === 'data' ? 'data' : `${entry.source.area}/data`;
        expect(copied.equals(fixture(name).get(`hbase/${area}/${entry.path}`)!)).toBe(true);
      }
      const keys = await backups.keys(`prod/images/${done.id}/data/`);
      expect(keys.length).toBe(done.newFiles);
      expect(new Set(lists.flat().map(({ path }) => path)).size).toBe(done.files);
    },
  );

  it('copies nothing the second time, and lists the same bytes', async () => {
    await putSource(world, SOURCE, fixture('shop'));
    const first = await session().run();
    const second = await session().run();
    expect(second).toMatchObject({ newFiles: 0, newBytes: 0, files: first.files, holders: [first.id] });
    const third = await session().run();
    expect(third).toMatchObject({ newFiles: 0, holders: [first.id] });
    expect((await filesOf(third)).lists).toEqual((await filesOf(first)).lists);
    const standalone = await session({ standalone: true }).run();
    expect(standalone).toMatchObject({ newFiles: first.files, newBytes: first.bytes, holders: [] });
  });

  it('copies a shared path again when the source holds other bytes there', async () => {
    const source = await putSource(world, SOURCE, fixture('shop'));
    const first = await session().run();
    const { path } = (await filesOf(first)).lists[0]!.find(({ source }) => source.area === 'data')!;
    const bytes = Buffer.from(await source.get(`root/data/${path}`));
    bytes[0] = bytes[0]! ^ 1;
    await source.put(`root/data/${path}`, bytes);
    expect(await session().run()).toMatchObject({ newFiles: 1, newBytes: bytes.length });
  });

  it('shares nothing with an image of another source, though cluster, paths and sizes are the same', async () => {
    const other = 's3://hbase/other';
    await putSource(world, SOURCE, fixture('shop'));
    await putSource(world, other, fixture('shop'));
    const first = await session().run();
    const second = session({ source: other });
    const dry = await world.call('DryRunBackup', { root: ROOT, request: second.request });
    expect(dry).toMatchObject({ newFiles: first.files });
    expect(await second.run()).toMatchObject({ newFiles: first.files, holders: [] });
    expect(await session().run()).toMatchObject({ newFiles: 0, holders: [first.id] });
  });

  it('a file that HBase archives between plan and copy is found again', async () => {
    const source = await putSource(world, SOURCE, fixture('shop'));
    const backup = session();
    await backup.begin();
    await backup.plan();
    const keys = (await source.keys('root/data/')).filter((key) => key.split('/').length === 7 && !/\/\./.test(key));
    expect(keys.length).toBeGreaterThan(2);
    for (const key of keys) {
      await source.put(key.replace('root/data/', 'root/archive/data/'), await source.get(key));
      await source.remove(key);
    }
    await backup.copy();
    await backup.verify();
    const done = await backup.commit(await backup.seal());
    const { lists } = await filesOf(done);
    expect(lists.flat().some(({ source }) => source.area === 'archive')).toBe(true);
    expect(lists.flat().every(({ source }) => source.area !== 'data')).toBe(true);
  });

  it('every step twice gives the same image', async () => {
    await putSource(world, SOURCE, fixture('splits'));
    const backup = session({ chunkObjects: 3 });
    await backup.begin();
    const planned = await backup.plan();
    expect(await backup.plan()).toEqual(planned);
    expect(planned.copyChunks).toBeGreaterThan(3);
    await backup.copy();
    const versions = await new Bucket(world, 'backups').versions('prod/images/');
    // As if the results had never been written: what was copied is found by listing.
    const work = new Bucket(world, WORK_BUCKET);
    for (const key of await work.keys()) if (key.includes('/results/')) await work.remove(key);
    await backup.copy();
    expect(await new Bucket(world, 'backups').versions('prod/images/')).toEqual(versions);
    await backup.verify();
    await backup.verify();
    const sealed = await backup.seal();
    expect(await backup.seal()).toEqual(sealed);
    await backup.commit(sealed);
  });

  it('of two plans that are made at the same time the first counts', async () => {
    await putSource(world, SOURCE, fixture('splits'));
    const backup = session();
    await backup.begin();
    let isFirst = true;
    let first: object | undefined;
    world.hub.intercept(async (call, next) => {
      const isHeader = call.operation === 'PutObject' && /plan\/plan|plan\.json/.test(String(call.input.Key));
      if (!isHeader || !isFirst) return next(call);
      isFirst = false;
      first = await world.call('PlanBackup', {
        ...{ ...backup.holder, execution: backup.begun!.execution, startedAt: backup.begun!.startedAt },
        ...{ request: { ...backup.request, chunkObjects: 3 }, snapshot: backup.begun!.snapshot },
      });
      return next(call);
    });
    expect(await backup.plan()).toEqual(first);
    expect(first).toBeDefined();
  });

  it('plans without writing anything', async () => {
    await putSource(world, SOURCE, fixture('shop'));
    const first = await session().run();
    const before = await new Bucket(world, 'backups').versions();
    const { request } = session();
    const dry = await world.call('DryRunBackup', { root: ROOT, request });
    expect(dry).toMatchObject({ files: first.files, newFiles: 0, copyChunks: 0 });
    expect(await new Bucket(world, 'backups').versions()).toEqual(before);
    const standalone = await world.call('DryRunBackup', { root: ROOT, request: { ...request, standalone: true } });
    expect(standalone).toMatchObject({ newFiles: first.files, requests: { copy: first.files } });
  });
});
