import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ClusterDescription } from '../../../../core/cluster-description.ts';
import { sha256 } from '../../../../core/digest.ts';
import { readGrants } from '../../../../core/hbase/cluster/grants.ts';
import { readLabels } from '../../../../core/hbase/cluster/labels.ts';
import { readNamespaces } from '../../../../core/hbase/cluster/namespaces.ts';
import { readQuotas } from '../../../../core/hbase/cluster/quotas.ts';
import { HBaseFormatError } from '../../../../core/hbase/format-error.ts';
import { compareLabels } from '../../../../core/label-mapping.ts';
import { restoreScript } from '../../../../core/restore-script.ts';
import { parseS3Uri } from '../../../../core/s3-uri.ts';
import { s3ClusterFiles } from '../../../../lambdas/adapters/hbase/cluster-files.ts';
import { s3ObjectStore } from '../../../../lambdas/adapters/s3/object-store.ts';
import { SealedImage } from '../../../../lambdas/operations/sealed-image.ts';
import { BackupSession, putSource } from '../../../support/backup-session.ts';
import { Bucket } from '../../../support/bucket.ts';
import { fixture } from '../../../support/fixture.ts';
import { World } from '../../../support/world.ts';

const ROOT = 's3://backups/prod';
const SOURCE = 's3://hbase/root';
const TARGET = 's3://target/hbase';
const described = fixture('described');
const pathOf = (table: string) =>
  [...described.keys()].find((path) =>
    new RegExp(`^hbase/data/hbase/${table}/[0-9a-f]+/[a-z]+/[0-9a-f]+$`).test(path),
  )!;
const below = (path: string) => path.replace(/^hbase\//, 'root/');

let world: World;
let source: Bucket;
beforeEach(async () => {
  world = await World.create({ roots: [ROOT], sources: [SOURCE], targets: [TARGET] });
  source = await putSource(world, SOURCE, described);
});

const session = () => new BackupSession(world, { root: ROOT, source: SOURCE });
const describeSource = () => s3ClusterFiles(s3ObjectStore(world.clients)).describe(parseS3Uri(SOURCE, 'source'), 'id');

async function clusterOf(
  done: Record<string, unknown>,
): Promise<{ cluster: ClusterDescription; bytes: Buffer; sha256?: string }> {
  const sealed = new SealedImage(s3ObjectStore(world.clients), parseS3Uri(ROOT, 'root'), String(done.id));
  const manifest = await sealed.manifest(String(done.manifestSha256));
  const bytes = await new Bucket(world, 'backups').get(`prod/images/${done.id}/cluster.json`);
  return { cluster: (await sealed.cluster(manifest))!, bytes, sha256: manifest.clusterSha256! };
}

describe('cluster.json', () => {
  it('has what HBase wrote into its own tables, later deletions too, and its digest is in the sealed manifest', async () => {
    const done = await session().run();
    const { cluster, bytes, sha256: digest } = await clusterOf(done);
    expect(sha256(bytes)).toBe(digest);
    expect(cluster).toMatchObject({ layoutVersion: '8', systemTables: ['acl', 'labels', 'namespace', 'quota'] });
    expect(cluster.namespaces).toEqual({
      ...{ state: 'SEEN', files: 2 },
      entries: [
        { name: 'lab', properties: { 'hbase.namespace.quota.maxtables': '7' } },
        { name: 'shop', properties: { owner: "o'brien #{team}" } },
      ],
    });
    expect(cluster.labels).toMatchObject({
      entries: [
        { ordinal: 1, name: 'system' },
        { ordinal: 2, name: 'public', auths: ['alice', 'root'] },
        // '@analysts' had it until the second file.
        { ordinal: 3, name: 'secret', auths: ['root'] },
        { ordinal: 4, name: 'it\'s "odd"', auths: [] },
      ],
    });
    const command = "clone_snapshot 's', 'shop:orders'";
    const tables = [{ table: 'shop:orders', target: 'shop:orders', replaces: false, command }];
    const { text, ...counts } = restoreScript({ title: 't', tables, cluster, described: '' });
    expect(counts).toEqual({
      ...{ grants: 5, quotas: 3, notRun: 10 },
      namespaces: ["create_namespace 'shop', {'owner' => 'o\\'brien #{team}'}"],
    });
    const lines = text.split('\n');
    expect(lines.filter((line) => /^(grant|set_quota)/.test(line))).toEqual([
      "grant '@analysts', 'RX', 'shop:orders'",
      "grant 'alice', 'RW', 'shop:orders'",
      "grant 'carol', 'RW', 'shop:orders', 'd', 'price'",
      "grant 'o\\'brien', 'R', 'shop:orders', 'd'",
      "grant 'root', 'RWXCA', 'shop:orders'",
      "set_quota TYPE => THROTTLE, TABLE => 'shop:orders', LIMIT => '500req/sec'",
      "set_quota TYPE => SPACE, TABLE => 'shop:orders', LIMIT => '2147483648', POLICY => 'NO_INSERTS'",
      "set_quota TYPE => THROTTLE, THROTTLE_TYPE => 'READ', USER => 'alice', TABLE => 'shop:orders', LIMIT => '20req/sec'",
    ]);
    expect(text).not.toContain('mallory');
    expect(lines).toContain("#   grant 'bob', 'CA', '@shop'");
    expect(lines).toContain(
      "#   set_quota TYPE => THROTTLE, NAMESPACE => 'shop', LIMIT => '9CU/day', SCOPE => 'CLUSTER'",
    );
  });

  it('says of each table of HBase’s that it was not there, had nothing in files, or why it could not be read', async () => {
    for (const path of described.keys()) {
      if (path.startsWith('hbase/data/hbase/quota/')) await source.remove(below(path));
      if (/\/namespace\/[0-9a-f]+\/info\//.test(path)) await source.remove(below(path));
    }
    const bytes = Buffer.from(await source.get(below(pathOf('acl'))));
    bytes[bytes.length - 8_0]! ^= 1;
    await source.put(below(pathOf('acl')), bytes);
    await source.put(
      'root/data/hbase/labels/0123456789abcdef0123456789abcdef/f/t=0123456789abcdef0123456789abcdef-00',
      Buffer.alloc(0),
    );
    const done = await session().run();
    expect(done.id).toBeDefined();
    expect((await clusterOf(done)).cluster).toMatchObject({
      quotas: { state: 'ABSENT' },
      namespaces: { state: 'SEEN', files: 0, entries: [] },
      grants: { state: 'UNREADABLE', reason: expect.stringContaining('hbase:acl') },
      labels: { state: 'UNREADABLE', reason: expect.stringContaining('another table') },
    });
  });

  it('reads again what a compaction replaced under its hands, and is bounded by what is listed', async () => {
    const gone = below(pathOf('acl'));
    const bytes = await source.get(gone);
    let isArmed = true;
    world.hub.intercept(async (call, next) => {
      if (isArmed && call.operation === 'GetObject' && call.input.Key === gone) {
        isArmed = false;
        await source.remove(gone);
        await source.put(`${gone}0`, bytes);
      }
      return next(call);
    });
    expect((await describeSource()).grants).toMatchObject({ state: 'SEEN', files: 2 });
    expect(isArmed).toBe(false);
    for (let i = 0; i < 201; i++)
      await source.put(below(pathOf('acl')).slice(0, -3) + String(i).padStart(3, '0'), Buffer.alloc(9));
    expect((await describeSource()).grants).toMatchObject({
      state: 'UNREADABLE',
      reason: expect.stringContaining('at most 200'),
    });
  });

  it('is what the first run of the plan saw, though a second one would see the source otherwise (I10)', async () => {
    const cut = session();
    await cut.begin();
    let isCut = false;
    // The plan dies right behind the put of cluster.json.
    const stop = world.hub.intercept(async (call, next) => {
      if (isCut) throw Object.assign(new Error('cut'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
      const answer = await next(call);
      isCut = call.operation === 'PutObject' && String(call.input.Key).endsWith('/cluster.json');
      return answer;
    });
    await expect(cut.plan()).rejects.toThrow();
    expect(isCut).toBe(true);
    stop();
    for (const path of described.keys()) if (path.includes('/hbase/acl/')) await source.remove(below(path));
    await cut.plan();
    await cut.copy();
    await cut.verify();
    const done = await cut.commit(await cut.seal());
    const { cluster, bytes, sha256: digest } = await clusterOf(done);
    expect(cluster.grants.state).toBe('SEEN');
    expect(sha256(bytes)).toBe(digest);
  });
});

describe('visibility labels of a restore', () => {
  const execution = { arn: 'arn:mine', name: 'mine', startTime: '2026-01-01T00:00:00Z' };
  const check = (more: object = {}) =>
    world.call('CheckRestore', {
      execution,
      input: { root: ROOT, image: 'latest', tables: ['shop:orders'], target: TARGET, ...more },
    });
  const put = async (change: (path: string, bytes: Buffer) => Buffer | undefined = (_, bytes) => bytes) => {
    for (const [path, bytes] of described) {
      const changed = path.startsWith('hbase/data/hbase/labels/') ? change(path, bytes) : undefined;
      if (changed !== undefined) await new Bucket(world, 'target').put(path, changed);
    }
  };
  const isStoreFile = (path: string) => /\/f\/[0-9a-f]+$/.test(path);

  it('refuses a target where the ordinals mean other labels, or none, before anything is copied', async () => {
    await session().run();
    const refused = { name: 'VisibilityLabelsDiffer' };
    await expect(check()).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('has no hbase:labels'),
    });
    await put((path, bytes) => (isStoreFile(path) ? undefined : bytes));
    await expect(check()).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('no label that its files show'),
    });
    await put((path, bytes) => (isStoreFile(path) ? Buffer.from(bytes).fill(0, 0, 99) : bytes));
    await expect(check()).rejects.toMatchObject({ ...refused, message: expect.stringContaining('cannot be read') });
  });

  it('goes on where they mean the same, where it is told to, and where the source had none', async () => {
    await session().run();
    expect(await check({ ignoreLabels: true })).toMatchObject({ target: TARGET });
    await put();
    expect(await check()).toMatchObject({ target: TARGET });
  });
});

describe('readers of HBase’s own tables', () => {
  const readers = { readNamespaces, readGrants, readLabels, readQuotas };
  const bytes = fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b));
  const row = fc.oneof(
    bytes,
    fc.constantFrom('hbase:acl', '@ns', 't.a:b', 'u.x', 'n.y').map((t) => Buffer.from(t)),
  );
  const qualifier = fc.oneof(
    bytes,
    fc.constantFrom('d', 's', 's.a:', 'x,y,z').map((t) => Buffer.from(t)),
  );
  const value = bytes.chain((b) => fc.constantFrom(b, Buffer.concat([Buffer.from('PBUF'), b])));

  it.each(Object.entries(readers))('%s answers or refuses, whatever lies there', (_, read) => {
    fc.assert(
      fc.property(fc.array(fc.record({ row, qualifier, value }), { maxLength: 4 }), (cells) => {
        try {
          read(cells);
        } catch (error) {
          expect(error).toBeInstanceOf(HBaseFormatError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('ordinals', () => {
  const seen = (...names: readonly string[]) => ({
    ...{ state: 'SEEN' as const, files: 1 },
    entries: ['system', ...names].map((name, i) => ({ ordinal: i + 1, name, auths: [] })),
  });

  it.each([
    [seen('a', 'b'), seen('a', 'b', 'c'), 'SAME'],
    [seen('a', 'b'), seen('b', 'a'), 'DIFFERENT'],
    [seen('a', 'b'), seen('a'), 'DIFFERENT'],
    [seen('a'), { state: 'ABSENT' as const }, 'DIFFERENT'],
    [seen('a'), { state: 'UNREADABLE' as const, reason: 'why' }, 'DIFFERENT'],
    [seen(), seen('b'), 'NONE'],
    [{ state: 'ABSENT' as const }, seen('b'), 'NONE'],
    [{ state: 'UNREADABLE' as const, reason: 'why' }, seen('b'), 'UNKNOWN'],
    [{ state: 'SEEN' as const, files: 0, entries: [] }, seen('b'), 'UNKNOWN'],
    [undefined, seen('b'), 'UNKNOWN'],
  ])('of %j in %j: %s', (source, target, decision) => {
    expect(compareLabels(source, target).decision).toBe(decision);
  });
});
