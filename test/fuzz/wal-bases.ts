import { readLog, walFixture } from '../support/wal-lines.ts';
import type { BaseLog } from './wal-mutation.ts';

const NAMES = [
  'markers',
  'plain',
  'dictionary',
  'dictionary-plain-tags',
  'recovered-edits',
  'values-gz',
  'values-lz4',
  'values-snappy',
  'values-zstd',
];
/** Short logs are changed in more of their places. */
const ENTRIES = 15;

export async function walBases(): Promise<BaseLog[]> {
  return await Promise.all(NAMES.map(baseOf));
}

async function baseOf(name: string): Promise<BaseLog> {
  const log = walFixture(name);
  const isRecoveredEdits = name === 'recovered-edits';
  const all = await readLog(log, { isRecoveredEdits });
  const until = all.entries[ENTRIES]?.offset ?? all.end.offset;
  const bytes = Buffer.concat([log.subarray(0, until), log.subarray(-8)]);
  const places = new Set<number>([4, 5]);
  const { entries, lines } = await readLog(bytes, { isRecoveredEdits }, (batch) => {
    // Without compression the cells lie in the file as they are given out.
    if (!bytes.includes(batch.bytes.subarray(batch.starts[0], batch.ends[0]))) return;
    const base = bytes.indexOf(batch.bytes);
    for (const start of base < 0 ? [] : batch.starts) {
      for (const at of [0, 4, 8, 12, 14]) places.add(base + start - 4 + at);
      // The length of the family, behind the row.
      places.add(base + start + 10 + batch.bytes.readUInt16BE(start + 8));
    }
  });
  const offsets = entries.map((entry) => entry.offset);
  for (const offset of offsets) {
    // The length of the key, its first fields, and where its cells begin.
    for (let at = 0; at < 70; at++) places.add(offset + at);
    places.add(offset + 1 + bytes[offset]!);
  }
  return { name, bytes, isRecoveredEdits, entries: offsets, places: [...places], lines };
}
