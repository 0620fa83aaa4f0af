import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AS_OF, layOut, pointOf } from '../support/as-of.ts';
import { type FixtureName, fixture } from '../support/fixture.ts';
import { holdfastCloud, ROOT } from '../support/holdfast-cloud.ts';
import { made } from '../support/log-chain.ts';
import { cloneImage } from './hbase/clone-image.ts';
import { compareCells } from './hbase/compare-cells.ts';
import { LiveHBase } from './hbase/live-hbase.ts';
import { realHBase } from './hbase/real-hbase.ts';

const hbase = realHBase();
const work = mkdtempSync(join(tmpdir(), 'holdfast-log-increments-'));
const home = join(work, 'home');
let live: LiveHBase;
beforeAll(async () => {
  live = await LiveHBase.start(process.env.HOLDFAST_HBASE!, home);
});
afterAll(async () => {
  await live?.kill();
  rmSync(work, { recursive: true });
});

interface Step {
  readonly point: string;
  /** Of the increment. A log that nobody rolled is read as far as it goes. */
  readonly input?: object;
}

interface Case {
  readonly name: FixtureName;
  /** Where the full is taken; its tables are those of the point. */
  readonly full: string;
  readonly steps: readonly Step[];
  /** Point and table where nothing has been flushed or compacted since the full: what is stored is there too. */
  readonly raw?: readonly (readonly [point: string, table: string])[];
}

const active = { includeActive: true };
const cases: readonly Case[] = [
  {
    ...{ name: 'chain', full: 'T0', steps: [{ point: 'T1' }, { point: 'T2' }, { point: 'end', input: active }] },
    raw: [
      ['T0', 'bank:accounts'],
      ['T0', 'events'],
      ['T1', 'bank:accounts'],
    ],
  },
  {
    ...{ name: 'walcomp', full: 'T0', steps: [{ point: 'T1', input: active }] },
    raw: [
      ['T1', 'metrics'],
      ['T1', 'shop:carts'],
    ],
  },
  { name: 'tags-mob', full: 'T0', steps: [{ point: 'T1', input: active }], raw: [['T1', 'profiles']] },
  { name: 'bulk', full: 'T0', steps: [{ point: 'T1' }, { point: 'T2' }] },
  // Full of references and links; in the window their files were compacted away, and snapshots of the table were cloned.
  { name: 'splits', full: 'references', steps: [{ point: 'compacted', input: active }] },
  { name: 'splits', full: 'links', steps: [{ point: 'compacted', input: active }] },
  { name: 'splits', full: 'split-links', steps: [{ point: 'dropped', input: active }] },
  { name: 'splits', full: 'references', steps: [{ point: 'compacted', input: { fromSnapshot: true } }] },
];

/** Where the fixture says what a table was at a point: at that one, or at the last before it where it was unchanged since. */
function truthAt(name: FixtureName, points: readonly string[], table: string) {
  const at = points.findLast((point) => pointOf(name, point).tables[table] !== undefined)!;
  return pointOf(name, at).tables[table]!;
}

describe.each(cases.map((one, i) => ({ ...one, i })))('$name: a full at $full and increments: $steps', (one) => {
  const { name, full, steps, raw = [], i } = one;
  test('HBase clones from each exactly what a reader saw at that point', { timeout: 900_000 }, async () => {
    const app = await holdfastCloud();
    const tables = Object.keys(pointOf(name, full).tables);
    const { clockMarginSeconds, ...places } = AS_OF;
    await layOut(app, name, full);
    const images: [string, string][] = [
      [full, made(await app.run('FullBackupStateMachine', { ...places, tables })).id],
    ];
    for (const { point, input } of steps) {
      await layOut(app, name, point);
      const ofLogs = input !== undefined && 'fromSnapshot' in input ? {} : { clockMarginSeconds };
      const request = { ...places, tables, ...ofLogs, ...input };
      images.push([point, made(await app.run('IncrementalBackupStateMachine', request)).id]);
    }
    const known = new Set([...fixture(name).keys()].map((path) => basename(path)));
    const ours: string[] = [];
    for (const [place, [point, id]] of images.entries()) {
      const directory = join(work, `${i}-${point}`);
      const nameOf = (table: string) => `c${i}_${point.replace('-', '')}:${table.replace(':', '.')}`;
      await cloneImage(app, { root: ROOT, id }, { hbase: live, home, directory, nameOf });
      for (const table of tables) {
        const points = images.slice(0, place + 1).map(([before]) => before);
        const { scan, scanCells, raw: stored, rawCells } = truthAt(name, points, table);
        await expectDumped(nameOf(table), { truth: fixture(name).get(scan)!, cells: scanCells });
        if (raw.some(([at, of]) => at === point && of === table))
          await expectStored(nameOf(table), { truth: fixture(name).get(stored)!, cells: rawCells });
      }
      const archived = readdirSync(join(directory, 'archive'), { recursive: true, withFileTypes: true });
      for (const file of archived)
        if (file.isFile() && !known.has(file.name)) ours.push(join(file.parentPath, file.name));
    }
    const isOfLogs = steps.some(({ input }) => input === undefined || !('fromSnapshot' in input));
    // The clone of clones was split and never written.
    expect(ours.length > 0).toBe(isOfLogs && full !== 'split-links');
    if (ours.length > 0) await hbase.readFiles(ours);
    if (name === 'chain') await expectLoaded(i, ours);
  });
});

interface Truth {
  readonly truth: Buffer;
  /** How many it has. */
  readonly cells: number;
}

async function expectDumped(table: string, { truth, cells }: Truth): Promise<void> {
  const [truthFile, file] = [join(work, 'truth.jsonl.gz'), join(work, 'dump.jsonl')];
  writeFileSync(truthFile, truth);
  await live.do({ op: 'dump', table, file });
  expect(await compareCells(truthFile, file), table).toEqual({
    ...{ expectedCells: cells, actualCells: cells, differences: [] },
  });
}

/**
 * Nothing of what was stored is missing. What the flush of the full's snapshot dropped may be there again, if it was
 * written within a clock margin before it, which is all the time that a fixture took.
 */
async function expectStored(table: string, { truth, cells }: Truth): Promise<void> {
  const file = join(work, 'dump.jsonl');
  await live.do({ op: 'dump', table, file, raw: true });
  const stored = new Set(linesOf(readFileSync(file)));
  const expected = linesOf(gunzipSync(truth));
  expect(expected).toHaveLength(cells);
  expect(
    expected.filter((cell) => !stored.has(cell)),
    `${table}, raw`,
  ).toEqual([]);
}

const linesOf = (bytes: Buffer): string[] =>
  bytes
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const { row, family, qualifier, ts, type, value, tags } = JSON.parse(line) as Record<string, string>;
      return JSON.stringify({ row, family, qualifier, ts, type, value, tags });
    });

/** What the first increment made of `events`, whose cells are all different, bulk loaded into the clone of the full. */
async function expectLoaded(i: number, ours: readonly string[]): Promise<void> {
  const [table, directory] = [`c${i}_T0:events`, join(work, 'loaded')];
  mkdirSync(join(directory, 'e'), { recursive: true });
  const files = ours.filter((path) => path.includes(`${i}-T1/archive/data/default/events/`));
  expect(files).not.toEqual([]);
  for (const file of files) copyFileSync(file, join(directory, 'e', basename(file)));
  await live.do({ op: 'loadFiles', table, directory });
  const { scan, scanCells } = pointOf('chain', 'T1').tables.events!;
  await expectDumped(table, { truth: fixture('chain').get(scan)!, cells: scanCells });
}
