import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { WalBatch } from '../../../../../core/hbase/wal/wal-batch.ts';
import { parseWalPath } from '../../../../../core/hbase/wal/wal-name.ts';
import { type Fixture, type FixtureName, fixture } from '../../../../support/fixture.ts';
import { readLog, walFixture } from '../../../../support/wal-lines.ts';

const logs: Record<string, string[]> = JSON.parse(walFixture('entries.json').toString());
const archives: Record<string, Record<string, { entries: number; sha256: string }>> = JSON.parse(
  walFixture('archives.json').toString(),
);

describe.each(Object.keys(logs))("log %s holds what HBase's own reader finds", (name) => {
  const bytes = walFixture(name);
  const isRecoveredEdits = name === 'recovered-edits';

  // One byte at a time: every entry is begun again and again until all of it is there.
  test.each([1, 777, 4 << 20])('read by %i bytes', async (windowBytes) => {
    const { lines, end } = await readLog(bytes, { windowBytes, isRecoveredEdits });
    expect(lines).toEqual(logs[name]);
    expect(end.kind).toBe(name === 'unclosed' ? 'torn' : 'trailer');
  });

  test('from the start of any entry on', async () => {
    const { entries, end } = await readLog(bytes, { isRecoveredEdits });
    for (const from of [...entries.map((entry) => entry.offset), end.offset]) {
      const { lines } = await readLog(bytes, { from, isRecoveredEdits });
      expect(lines).toEqual(logs[name]!.slice(logs[name]!.length - lines.length));
      expect(lines.length).toBe(entries.filter((entry) => entry.offset >= from).length);
    }
  });

  test('of one table only, the other cells passed over', async () => {
    const { lines, end } = await readLog(bytes, { isWanted: (table) => table === 'ns:t-2.x', isRecoveredEdits });
    expect(lines).toEqual(logs[name]!.filter((line) => line.includes(' ns:t-2.x ')));
    expect(end.entries).toBe(logs[name]!.length);
  });
});

test('a log of recovered edits is not read with the dictionaries of others', async () => {
  const read = readLog(walFixture('recovered-edits')).then(({ lines }) => lines);
  await expect(read.catch(() => [])).resolves.not.toEqual(logs['recovered-edits']);
});

describe.each(Object.keys(archives))('archive %s', (name) => {
  const files = fixture(name as FixtureName);
  test.each(Object.entries(archives[name]!))('%s', async (path, { entries, sha256 }) => {
    const bytes = files.get(path);
    if (bytes === undefined) throw new Error(`${path} is not in the archive`);
    const damage = /^cases\/(wal-garbage|wal-magic|wal-zero-tail)\//.test(path);
    if (damage) {
      // HBase's reader too gives the entries before the damage, then fails.
      await expect(readLog(bytes)).rejects.toMatchObject({ name: 'WalCorrupt', offset: expect.any(Number) });
      return;
    }
    const { lines } = await readLog(bytes);
    expect(lines.length).toBe(entries);
    expect(createHash('sha256').update(lines.join('\n')).digest('hex')).toBe(sha256);
  });

  test('every file below WALs and oldWALs has a name that is understood', () => {
    const paths = [...files.keys()].filter((path) => /^hbase\/(old)?WALs\//.test(path) && !path.endsWith('/'));
    const kinds = new Set(paths.map((path) => parseWalPath(path.slice('hbase/'.length)).kind));
    expect(kinds).toContain('wal');
    expect([...kinds].filter((kind) => !['wal', 'meta-wal', 'marker'].includes(kind))).toEqual([]);
  });
});

/** Cells as the raw dumps have them, without mvcc. */
function cellsOf({ bytes, cells, starts }: WalBatch, ends: Uint32Array): string[] {
  return Array.from({ length: cells }, (_, i) => {
    const at = starts[i]!;
    const valueAt = at + 8 + bytes.readInt32BE(at);
    const tagsAt = valueAt + bytes.readInt32BE(at + 4);
    const key = bytes.toString('base64', at + 8, valueAt);
    const tags = tagsAt === ends[i] ? '' : bytes.toString('base64', tagsAt + 2, ends[i]);
    return `${key} ${bytes.toString('base64', valueAt, tagsAt)} ${tags}`;
  });
}

const TYPES: Record<string, number> = {
  Put: 4,
  Delete: 8,
  DeleteFamilyVersion: 10,
  DeleteColumn: 12,
  DeleteFamily: 14,
};

function dumped(files: Fixture, path: string): Set<string> {
  const lines = gunzipSync(files.get(path)!).toString().trim().split('\n');
  return new Set(
    lines.map((line) => {
      const cell = JSON.parse(line);
      const [row, family, qualifier] = [cell.row, cell.family, cell.qualifier].map((part) =>
        Buffer.from(part, 'base64'),
      );
      const head = Buffer.alloc(2);
      head.writeUInt16BE(row!.length);
      const tail = Buffer.alloc(9);
      tail.writeBigInt64BE(BigInt(cell.ts));
      tail[8] = TYPES[cell.type]!;
      const key = Buffer.concat([head, row!, Buffer.from([family!.length]), family!, qualifier!, tail]);
      return `${key.toString('base64')} ${cell.value} ${cell.tags ?? ''}`;
    }),
  );
}

// Tables that were made within the logs. The other way round does not hold: flushes drop versions and what is past its TTL.
test.each([
  ['chain', 'bank:accounts', 'bank.accounts.end'],
  ['chain', 'events', 'events.end'],
  ['walcomp', 'metrics', 'metrics.T1'],
  ['walcomp', 'shop:carts', 'shop.carts.T1'],
  ['tags-mob', 'profiles', 'profiles.T1'],
] as const)('%s: the logs hold each cell of a raw scan of %s', async (name, table, point) => {
  const files = fixture(name);
  const cells = new Set<string>();
  for (const [path, bytes] of files) {
    if (!path.startsWith('hbase/') || parseWalPath(path.slice('hbase/'.length)).kind !== 'wal') continue;
    await readLog(bytes, { isWanted: (each) => each === table }, (batch) => {
      for (const cell of cellsOf(batch, batch.ends)) cells.add(cell);
    });
  }
  const raw = dumped(files, `expected/${point}.raw.jsonl.gz`);
  expect(raw.size).toBeGreaterThan(200);
  expect([...raw].filter((cell) => !cells.has(cell))).toEqual([]);
});
