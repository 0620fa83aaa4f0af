import { beforeEach, describe, expect, it } from 'vitest';
import { compressLines, readCompressedLines } from '../../../../core/compressed-lines.ts';
import { sha256 } from '../../../../core/digest.ts';
import { readSnapshotDescription } from '../../../../core/hbase/snapshot-description.ts';
import { SnapshotManifest } from '../../../../core/hbase/snapshot-manifest.ts';
import { readTableInfoFile, writeTableInfoFile } from '../../../../core/hbase/table-schema.ts';
import type { Manifest } from '../../../../core/manifest.ts';
import { dynamoDbSystemTable } from '../../../../lambdas/adapters/dynamodb/system-table.ts';
import type { BackupSummary } from '../../../../lambdas/contracts/commit-backup.contract.ts';
import type { Call } from '../../../../local/hub.ts';
import { putSource } from '../../../support/backup-session.ts';
import { Bucket } from '../../../support/bucket.ts';
import { fixture } from '../../../support/fixture.ts';
import { laterSnapshot } from '../../../support/later-snapshot.ts';
import { type Ended, TABLE_NAME, WORK_BUCKET, World } from '../../../support/world.ts';

const ROOT = 's3://backups/prod';
const SOURCE = 's3://hbase/root';
const TABLES = ['bank:accounts', 'events'];
const chain = fixture('chain');
/** The roll of the server's newest log. */
const ROLL = 1_795_452_700_375;
const FIRST_LOG = 1_795_452_683_034;
const SERVER = 'localhost,39149,1795452680664';
const OTHER_SERVER = 'localhost,38611,1795452680519';
const logs = `root/WALs/${SERVER}/`;
const descriptors = 'root/data/default/events/.tabledesc/';

let world: World;
let source: Bucket;
let backups: Bucket;
let work: Bucket;

beforeEach(async () => {
  world = await World.create({ roots: [ROOT], sources: [SOURCE], versioned: true });
  source = await putSource(world, SOURCE, chain);
  backups = new Bucket(world, 'backups');
  work = new Bucket(world, WORK_BUCKET);
  await world.deploy('clean-up');
});

const full = (tables = TABLES) => world.run('full-backup', { root: ROOT, source: SOURCE, tables });
const increment = (input: object = {}) =>
  world.run('incremental-backup', { root: ROOT, source: SOURCE, clockMarginSeconds: 0, ...input });
const made = async (ending: Promise<Ended>): Promise<BackupSummary> => {
  const ended = await ending;
  expect(ended.cause).toBeUndefined();
  return ended.output as BackupSummary;
};
const of = (id: string, name: string) => backups.get(`prod/images/${id}/${name}`);
const logKeys = async () => [...(await source.keys('root/WALs/')), ...(await source.keys('root/oldWALs/'))];
const linesOf = async (id: string, name: string) =>
  (await Array.fromAsync(readCompressedLines([await of(id, name)]))).map((line) => JSON.parse(line));
const manifestOf = async (id: string) => JSON.parse((await of(id, 'manifest.json')).toString()).body as Manifest;
const sessions = () =>
  Array.fromAsync(dynamoDbSystemTable(world.clients, TABLE_NAME).listSessions(ROOT)).then((all) => all.length);
/** Acts once, before or after the first call that matches. */
function once(matches: (call: Call) => boolean, act: () => Promise<unknown>): void {
  const stop = world.hub.intercept(async (call, next) => {
    if (!matches(call)) return next(call);
    stop();
    await act();
    return next(call);
  });
}
const invokes = (name: string) => (call: Call) =>
  call.service === 'lambda' && String(call.input.FunctionName).includes(`:${name}:`);

describe('the positions of an image of snapshots', () => {
  it('name, of each stream of logs, the one that the next increment begins with', async () => {
    const { id } = await made(full());
    expect(await linesOf(id, 'positions.jsonl.zst')).toMatchObject(
      TABLES.map((table) => ({
        ...{ table, kind: 'SNAPSHOT' },
        wals: [
          { server: OTHER_SERVER, group: '', from: FIRST_LOG + 5, isEnded: false, isFirst: true },
          { server: SERVER, group: '', from: FIRST_LOG, isEnded: false, isFirst: true },
        ],
        clockMarginMs: 30_000,
      })),
    );
    expect((await manifestOf(id)).storeFilesSha256).toBeUndefined();
  });

  it('are none, with the reason, where no logs lie: that is no error of a full, and one of an increment', async () => {
    for (const key of await logKeys()) await source.remove(key);
    const { id } = await made(full());
    expect((await linesOf(id, 'positions.jsonl.zst'))[0]).toMatchObject({
      wals: null,
      walsNote: expect.stringContaining('neither WALs/ nor oldWALs/'),
    });
    await putSource(world, SOURCE, chain);
    const refused = await increment();
    expect(refused.error).toBe('NoLogPosition');
    expect(refused.cause).toContain('neither WALs/ nor oldWALs/');
    expect(await sessions()).toBe(1);
  });
});

describe('an increment from logs', () => {
  it('lists the files of its parent and those made of logs, and restores as one snapshot of them', async () => {
    const f = await made(full());
    const i = await made(increment());
    expect(i).toMatchObject({ type: 'INCREMENTAL', parents: [f.id], holders: [f.id], positionTo: ROLL });
    const manifest = await manifestOf(i.id);
    for (const { index, table, kind, parent, position, cells, snapshot, files } of manifest.tables) {
      expect({ kind, parent, position, snapshot }).toEqual({
        ...{ kind: 'WALS', parent: f.id, position: ROLL },
        snapshot: `holdfast_${i.id}_${index}`,
      });
      expect(cells).toBeGreaterThan(0);
      const name = `files-0000${index}.jsonl.zst`;
      const [before, after] = [await linesOf(f.id, name), await linesOf(i.id, name)];
      expect(after).toHaveLength(files);
      const fresh = after.filter(({ holder }) => holder === i.id);
      expect(fresh.length).toBeGreaterThan(0);
      expect(fresh.every(({ source: { area } }) => area === 'made')).toBe(true);
      expect(after.filter(({ holder }) => holder !== i.id)).toEqual(before);
      const bytes = await of(i.id, `snapshots/0000${index}/data.manifest`);
      expect(sha256(bytes)).toBe(manifest.tables[index]!.dataManifestSha256);
      const snapshotManifest = new SnapshotManifest(bytes);
      expect(snapshotManifest.countStoreFiles()).toBe(after.length);
      const info = readSnapshotDescription(await of(i.id, `snapshots/0000${index}/.snapshotinfo`));
      expect(info).toMatchObject({ name: snapshot, creationMs: ROLL, type: 'FLUSH', version: 2, ttlSeconds: 0 });
      const row = (await Array.fromAsync(dynamoDbSystemTable(world.clients, TABLE_NAME).listImageTables(ROOT, i.id)))[
        index
      ];
      expect(row).toMatchObject({ table, kind: 'WALS', parent: f.id, position: ROLL, cells });
    }
  });

  it('takes what the source is known to have along for the next one, sealed', async () => {
    await made(full());
    const { id } = await made(increment());
    const lines = await Array.fromAsync(readCompressedLines([await of(id, 'store-files.jsonl.zst')]));
    const { storeFilesSha256 } = await manifestOf(id);
    expect(sha256(lines.map((line) => `${line}\n`).join(''))).toBe(storeFilesSha256);
    expect(new Set(lines.map((line) => JSON.parse(line).table))).toEqual(new Set([0, 1]));
    // Verify reads the sidecar too.
    const intact = await world.run('verify', { root: ROOT, image: id, mode: 'deep' });
    expect(intact).toMatchObject({ status: 'SUCCEEDED' });
    await backups.put(`prod/images/${id}/store-files.jsonl.zst`, compressLines(lines.slice(1)));
    expect(await world.run('verify', { root: ROOT, image: id, mode: 'deep' })).toMatchObject({ error: 'ImageDamaged' });
  });

  it('finds out that a young server’s first log was cleaned away, though the next one looks like a first', async () => {
    await source.remove((await logKeys()).find((key) => key.endsWith(`.${FIRST_LOG}`))!);
    await made(full());
    const refused = await increment();
    expect(refused).toMatchObject({ status: 'FAILED', error: 'LogGap' });
    expect(refused.cause).toMatch(/39149,1795452680664 begins in the middle of region/);
  });

  it('keeps to the largest margin of clocks that an image of its chain was made with', async () => {
    await made(full());
    const { id } = await made(increment({ clockMarginSeconds: 2 }));
    const margins = (await linesOf(id, 'positions.jsonl.zst')).map(({ clockMarginMs }) => clockMarginMs);
    expect(margins).toEqual([30_000, 30_000]);
  });

  it('has nothing to do a second time, says so before anything begins, and what helps', async () => {
    await made(full());
    await made(increment());
    const refused = await increment();
    expect(refused.error).toBe('NothingToBackUp');
    expect(refused.cause).toContain('wal_roll');
    expect(await sessions()).toBe(2);
  });

  it('counts in a dry run what would be read, and writes nothing', async () => {
    await made(full());
    const before = await work.keys();
    const { logs: read, tables } = (await made(increment({ dryRun: true }))) as unknown as Record<string, unknown[]>;
    expect(read).toEqual({ count: 6, bytes: expect.any(Number) });
    expect(tables).toMatchObject(TABLES.map((table) => ({ table, snapshot: '', position: ROLL, newFiles: 0 })));
    // The clean-up of the full goes on meanwhile.
    expect((await work.keys()).filter((key) => !before.includes(key))).toEqual([]);
    expect(await sessions()).toBe(1);
  });

  it.each([
    [
      'LogGap',
      'a log that is needed is gone',
      async () => source.remove((await logKeys()).find((key) => key.endsWith(`.${FIRST_LOG}`))!),
    ],
    ['LogUnreadable', 'something unknown lies among the logs', async () => source.put(`${logs}notes.txt`, 'mine')],
    [
      'LogDirectoryNotFound',
      'no log is there any more',
      async () => {
        for (const key of await logKeys()) if (!key.includes('.meta.')) await source.remove(key);
      },
    ],
    [
      'ChainBroken',
      'a table was dropped',
      async () => {
        for (const key of await source.keys(descriptors)) await source.remove(key);
      },
    ],
    [
      'ChainBroken',
      'a family was added',
      () => changeFamilies((families) => [...families, { ...families[0]!, name: 'new' }]),
    ],
    ['ChainBroken', 'a family was removed', () => changeFamilies((families) => families.slice(1))],
    ['TableRefused', 'edits are in no log any more', () => changeTable({ DURABILITY: 'SKIP_WAL' })],
  ] as const)('is refused with %s before anything begins when %s', async (error, _when, happen) => {
    await made(full());
    await happen();
    const refused = await increment();
    expect(refused).toMatchObject({ status: 'FAILED', error });
    expect(await sessions()).toBe(1);
    expect(await work.keys('work/')).toEqual(expect.not.arrayContaining([expect.stringContaining('wals.json')]));
  });

  it('takes a table full instead, from a newer snapshot, if it may', async () => {
    const f = await made(full());
    await changeFamilies((families) => [...families, { ...families[0]!, name: 'new' }]);
    const stale = await increment({ orFull: true });
    expect(stale.error).toBe('NothingToBackUp');
    expect(await sessions()).toBe(1);
    for (const [path, bytes] of laterSnapshot(chain, 'events-T0', 'events-T1', 10).objects) {
      await source.put(`root/${path}`, bytes);
    }
    const { id } = await made(increment({ orFull: true }));
    expect((await manifestOf(id)).tables).toMatchObject([
      { table: 'bank:accounts', kind: 'WALS', parent: f.id },
      { table: 'events', kind: 'SNAPSHOT', parent: null, snapshot: 'events-T1' },
    ]);
    const positions = await linesOf(id, 'positions.jsonl.zst');
    expect(positions.map(({ kind, wals }) => [kind, wals.length])).toEqual([
      ['WALS', 2],
      ['SNAPSHOT', 2],
    ]);
    const lines = await linesOf(id, 'store-files.jsonl.zst');
    expect(new Set(lines.map(({ table }) => table))).toEqual(new Set([0]));
  });

  const laterEvents = async () => {
    for (const [path, bytes] of laterSnapshot(chain, 'events-T0', 'events-T1', 10).objects) {
      await source.put(`root/${path}`, bytes);
    }
  };
  /** The logs tell of a file that nothing made: only who reads them can know. */
  const strangeCompaction = () =>
    once(invokes('PlanMerge'), async () => {
      const key = (await work.keys()).find((one) => one.includes('results/split-'))!;
      const lines = await Array.fromAsync(readCompressedLines([await work.get(key)]));
      const region = JSON.parse(lines.find((line) => line.includes('"line":"region"') && line.includes('"table":1'))!);
      const files = { inputs: ['a'.repeat(32)], outputs: ['b'.repeat(32)] };
      const event = { kind: 'compaction', region: region.walRegion, family: 'e', ...files };
      const seen = { event, sequenceId: region.greatestSequenceId, writeTimeMs: ROLL };
      await work.put(key, compressLines([...lines, JSON.stringify({ line: 'event', table: 1, seen })]));
    });

  it('takes a table full in the same session when only the logs themselves show that it must be', async () => {
    const f = await made(full());
    strangeCompaction();
    const refused = await increment();
    expect(refused).toMatchObject({ status: 'FAILED', error: 'ChainBroken' });
    await laterEvents();
    strangeCompaction();
    const { id } = await made(increment({ orFull: true }));
    expect((await manifestOf(id)).tables).toMatchObject([
      { table: 'bank:accounts', kind: 'WALS', parent: f.id },
      { table: 'events', kind: 'SNAPSHOT', parent: null, snapshot: 'events-T1' },
    ]);
    const areas = (await linesOf(id, 'files-00001.jsonl.zst')).map(({ source: { area } }) => area);
    expect(areas).not.toContain('made');
    const lines = await linesOf(id, 'store-files.jsonl.zst');
    expect(new Set(lines.map(({ table }) => table))).toEqual(new Set([0]));
  });

  it('takes a table full whose newest image is damaged, and lists nothing of that again', async () => {
    const f = await made(full());
    await backups.put(`prod/images/${f.id}/snapshots/00001/data.manifest`, 'damaged');
    expect(await increment()).toMatchObject({ status: 'FAILED', error: 'ImageDamaged' });
    await laterEvents();
    const { id } = await made(increment({ orFull: true }));
    const { tables } = await manifestOf(id);
    expect(tables).toMatchObject([
      { table: 'bank:accounts', kind: 'WALS', parent: f.id },
      { table: 'events', kind: 'SNAPSHOT', parent: null },
    ]);
    const holders = (await linesOf(id, 'files-00001.jsonl.zst')).map(({ holder }) => holder);
    expect(new Set(holders)).toEqual(new Set([id]));
  });

  it.each([
    ['SourceFileMissing', 'is gone before it is copied', 'CopyFiles', (key: string) => work.remove(key)],
    ['SourceChanged', 'is another one when it is copied', 'CopyFiles', (key: string) => work.put(key, 'other')],
    ['SourceFileMissing', 'is gone once it was copied', 'VerifyFiles', (key: string) => work.remove(key)],
    ['SourceChanged', 'is another one once it was copied', 'VerifyFiles', (key: string) => work.put(key, 'other')],
  ] as const)('fails with %s when a file that was made of logs %s', async (error, _when, step, change) => {
    const { id } = await made(full());
    once(invokes(step), async () => change((await work.keys()).find((key) => key.includes('/made/'))!));
    expect(await increment()).toMatchObject({ status: 'FAILED', error });
    const left = (await backups.keys('prod/images/')).filter((key) => !key.includes(id));
    expect(left).toEqual([expect.stringMatching(/manifest\.json$/)]); // VOID
  });

  it('plans the same logs when a step runs again, though others came meanwhile', async () => {
    await made(full());
    const lists = async () => {
      const keys = (await work.keys()).filter((key) => /plan\/(wals|known-files|wal-index)/.test(key));
      return Promise.all(keys.map(async (key) => [key, sha256(await work.get(key))]));
    };
    let before: unknown;
    const stop = world.hub.intercept(async (call, next) => {
      if (!invokes('PlanWals')(call)) return next(call);
      stop();
      const answer = await next(call);
      before = await lists();
      await source.put(`${logs}localhost%2C39149%2C1795452680664.${ROLL + 5}`, '');
      expect((await next(call)).Payload).toEqual(answer.Payload);
      expect(await lists()).toEqual(before);
      return answer;
    });
    expect(await made(increment())).toMatchObject({ positionTo: ROLL });
    expect(before).toHaveLength(4);
  });
});

type Families = ReturnType<typeof readTableInfoFile>['families'];

async function descriptor() {
  const key = (await source.keys(descriptors)).find((one) => one.includes('.tableinfo'))!;
  return { key, schema: readTableInfoFile(await source.get(key)) };
}

async function changeFamilies(change: (families: Families) => Families): Promise<void> {
  const { key, schema } = await descriptor();
  await rewrite(key, { ...schema, families: change(schema.families) });
}

async function changeTable(attributes: Readonly<Record<string, string>>): Promise<void> {
  const { key, schema } = await descriptor();
  const all = new Map([
    ...schema.attributes,
    ...Object.entries(attributes).map(([k, v]) => [k, Buffer.from(v)] as const),
  ]);
  await rewrite(key, { ...schema, attributes: all });
}

/** As HBase does: the name says how many bytes it has. */
async function rewrite(key: string, schema: Parameters<typeof writeTableInfoFile>[0]): Promise<void> {
  const bytes = writeTableInfoFile(schema);
  await source.remove(key);
  await source.put(`${descriptors}.tableinfo.0000000009.${bytes.length}`, bytes);
}
