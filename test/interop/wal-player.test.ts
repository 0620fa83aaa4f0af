import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HFileReader } from '../../core/hbase/hfile/hfile-reader.ts';
import { HFileScanner } from '../../core/hbase/hfile/hfile-scanner.ts';
import { canonicalCell } from '../../core/hbase/scan/canonical-cell.ts';
import { merge, split } from '../bench/split-and-merge.ts';
import { sourceOf } from '../unit/core/hbase/hfile/made-cells.ts';
import { LiveHBase } from './hbase/live-hbase.ts';
import { realHBase } from './hbase/real-hbase.ts';

const hbase = realHBase();
const work = mkdtempSync(join(tmpdir(), 'holdfast-wal-player-'));
let live: LiveHBase;
beforeAll(async () => {
  live = await LiveHBase.start(process.env.HOLDFAST_HBASE!, join(work, 'home'));
});
afterAll(async () => {
  await live?.kill();
  rmSync(work, { recursive: true });
});

const SEED = Number(process.env.HOLDFAST_SEED ?? 100 + Math.floor(Math.random() * 900));

/** Scenarios of the launcher; their tables and families. */
const scenarios: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  shop: { 'shop:orders': ['d', 'audit'], sensors: ['m'] },
  chain: { 'bank:accounts': ['f'], events: ['e'] },
  'tags-mob': { profiles: ['t', 'mob', 'w'] },
  walcomp: { metrics: ['v', 'long_family_name'], 'shop:carts': ['c'] },
};

test.each(Object.entries(scenarios))(
  `%s, seed ${SEED}: the cells that WALPlayer finds in the logs`,
  async (scenario, tables) => {
    const home = join(work, scenario);
    await hbase.generate({ scenario, seed: SEED, home });
    const directory = join(work, `${scenario}-logs`);
    mkdirSync(directory);
    const logs: string[] = [];
    for (const area of ['WALs', 'oldWALs']) {
      const root = join(home, 'hbase', area);
      for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || entry.name.endsWith('.meta')) continue;
        logs.push(join(directory, entry.name));
        copyFileSync(join(entry.parentPath, entry.name), logs.at(-1)!);
      }
    }
    for (const [table, families] of Object.entries(tables)) {
      await live.do({ op: 'create', table, families: Object.fromEntries(families.map((name) => [name, {}])) });
      const [theirs, runs, ours] = ['theirs', 'runs', 'ours'].map((name) => join(work, scenario, `${name}-${table}`));
      mkdirSync(runs!);
      mkdirSync(ours!);
      await live.do({ op: 'walPlayer', table, logs: directory, out: theirs! });
      const regions = [{ encodedName: '0'.repeat(32), startKey: '' }];
      await merge(await split({ logs, table, families, regions }, runs!), 'NONE', ours);
      const expected = await cellsBelow(theirs!);
      expect(expected.length).toBeGreaterThan(50);
      expect(await cellsBelow(ours!), table).toEqual(expected);
    }
  },
);

/** Of all HFiles of a directory, less their sequence ids; each once. */
async function cellsBelow(directory: string): Promise<string[]> {
  const cells = new Set<string>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /^[_.]/.test(entry.name)) continue;
    const bytes = readFileSync(join(entry.parentPath, entry.name));
    const scanner = new HFileScanner(await HFileReader.open(sourceOf(bytes)));
    while (await scanner.advance()) {
      const { row, family, qualifier, ts, type, value, tags } = canonicalCell(
        scanner.bytes,
        scanner.at,
        scanner.end,
        0,
      );
      cells.add(JSON.stringify({ row, family, qualifier, ts, type, value, tags }));
    }
  }
  return [...cells].sort();
}
