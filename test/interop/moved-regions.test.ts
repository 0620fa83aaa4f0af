import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE } from '../support/holdfast-cloud.ts';
import { made } from '../support/log-chain.ts';
import { cloneImage } from './hbase/clone-image.ts';
import { LiveHBase } from './hbase/live-hbase.ts';
import { catchUp, showSource } from './hbase/live-source.ts';
import { randomEdits, seeded } from './hbase/random-edits.ts';
import { readableDump } from './hbase/readable-dump.ts';
import { realHBase } from './hbase/real-hbase.ts';

realHBase();
const seed = Number(process.env.HOLDFAST_SEED ?? 7);
const below = seeded(seed);
const work = mkdtempSync(join(tmpdir(), 'holdfast-moved-'));
const home = join(work, 'home');
/** Of the clocks; edits that are to be within the boundary come so much before the roll. */
const MARGIN_S = 1;
const MARGIN_AND_MORE_MS = 1_500;
const FOLLOWED = ['moves:moved', 'moves:split', 'moves:merged'];
/** What is done to a table in the window, and whether nothing that rests on its full can be made of logs then. */
const BROKEN = ['moves:restored', 'moves:truncated', 'moves:recreated'];
const LATE = 'moves:late';
const TABLES = [...FOLLOWED, ...BROKEN, LATE];
const SHAPE = { splits: ['r2', 'r4', 'r6'], families: { f: { VERSIONS: '1000' } } };

let h: HoldfastCloud;
let hbase: LiveHBase;
let first: string;
let second: string;
beforeAll(async () => {
  hbase = await LiveHBase.start(process.env.HOLDFAST_HBASE!, home, { servers: 2 });
  h = await holdfastCloud();
});
afterAll(async () => {
  await hbase?.kill();
  rmSync(work, { recursive: true });
});

async function edit(count: number, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    for (let i = 0; i < count; i += 10)
      await hbase.do({ op: 'write', table, edits: randomEdits(below, 10, { families: ['f'] }) });
  }
}

async function dumps(tables: readonly string[], nameOf = (table: string) => table) {
  const found = new Map<string, string[]>();
  for (const table of tables) found.set(table, await readableDump(hbase, nameOf(table), work));
  return found;
}

const increment = (tables: readonly string[]) =>
  h.run('IncrementalBackupStateMachine', { root: ROOT, source: SOURCE, tables, clockMarginSeconds: MARGIN_S });

/** What HBase clones from the image. */
async function cloned(id: string, tables: readonly string[], name: string): Promise<Map<string, string[]>> {
  const nameOf = (table: string) => table.replace('moves:', `${name}:`);
  await cloneImage(h, { root: ROOT, id }, { hbase, home, directory: join(work, name), nameOf });
  return dumps(tables, nameOf);
}

const move = (table: string, key: string, server: string) => hbase.do({ op: 'move', table, key, server });

/** All regions on one server, so that it is known whose logs an edit is in. */
async function gather(tables: readonly string[], server: string): Promise<void> {
  for (const table of tables) {
    for (const [, key, at] of await hbase.regions(table)) if (at !== server) await move(table, key, server);
  }
}

test(`regions that move, split and merge between the rolls of two servers: of each what was written before the first roll (seed ${seed})`, async () => {
  for (const table of TABLES) await hbase.do({ op: 'create', table, ...SHAPE });
  [first, second] = Object.keys(await hbase.roll()) as [string, string];
  await gather(TABLES, first);
  await edit(40, TABLES);
  for (const table of TABLES) await hbase.do({ op: 'snapshot', table, name: `${table.slice('moves:'.length)}-T0` });
  const atSnapshot = await dumps(TABLES);
  await showSource(h, home);
  const full = made(await h.run('FullBackupStateMachine', { root: ROOT, source: SOURCE, tables: TABLES }));
  await catchUp(h);

  await edit(40, TABLES);
  // Some of the edits in the logs of the server that rolls last, before the boundary too.
  for (const table of FOLLOWED) await move(table, 'r6', second);
  await hbase.do({ op: 'split', table: 'moves:split', key: 'r3' });
  await hbase.do({ op: 'merge', table: 'moves:merged', key: 'r0' });
  await hbase.do({ op: 'restoreSnapshot', table: 'moves:restored', name: 'restored-T0' });
  await hbase.do({ op: 'truncate', table: 'moves:truncated' });
  await hbase.do({ op: 'drop', table: 'moves:recreated' });
  await hbase.do({ op: 'create', table: 'moves:recreated', ...SHAPE });
  await edit(40, TABLES);
  const within = await dumps([...FOLLOWED, LATE]);
  await sleep(MARGIN_AND_MORE_MS);
  await edit(20, FOLLOWED);
  const rolled = (await hbase.roll(first))[first]!;
  await edit(20, FOLLOWED);
  for (const key of ['r0', 'r2', 'r5']) await move('moves:moved', key, second);
  await move('moves:moved', 'r6', first);
  await move('moves:split', 'r3', second);
  await hbase.do({ op: 'split', table: 'moves:split', key: 'r5' });
  await move('moves:split', 'r5', second);
  await move('moves:merged', 'r0', second);
  await hbase.do({ op: 'merge', table: 'moves:merged', key: 'r4' });
  await hbase.do({ op: 'restoreSnapshot', table: LATE, name: 'late-T0' });
  await edit(40, [...FOLLOWED, LATE]);
  await hbase.roll(second);
  await showSource(h, home);

  for (const table of BROKEN) {
    const refused = await increment([table]);
    expect(refused.error, `${table}: ${refused.cause}`).toBe('ChainBroken');
  }
  // Restored behind the boundary: what was before it, or nothing.
  const late = await increment([LATE]);
  if (late.status === 'SUCCEEDED')
    expect(await cloned(made(late).id, [LATE], 'late')).toEqual(new Map([[LATE, within.get(LATE)]]));
  else expect(late.error).toBe('ChainBroken');

  const { id, positionTo } = made(await increment(FOLLOWED));
  expect(positionTo).toBe(rolled - MARGIN_S * 1_000);
  const followed = new Map([...within].filter(([table]) => FOLLOWED.includes(table)));
  const seen = await cloned(id, FOLLOWED, 'first');
  for (const table of FOLLOWED) expect(seen.get(table), `${table}, seed ${seed}`).toEqual(followed.get(table));
  expect(await cloned(full.id, TABLES, 'full')).toEqual(atSnapshot);
  await catchUp(h);

  await edit(40, FOLLOWED);
  const end = await dumps(FOLLOWED);
  await sleep(MARGIN_AND_MORE_MS);
  await hbase.roll();
  await showSource(h, home);
  expect(await cloned(made(await increment(FOLLOWED)).id, FOLLOWED, 'second')).toEqual(end);
  const refused = await increment([LATE]);
  expect(refused.error, refused.cause).toBe('ChainBroken');
});
