import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWal } from '../../core/hbase/wal/wal-reader.ts';
import { fixture } from '../support/fixture.ts';
import type { LogsOfTable } from './split-and-merge.ts';

const TABLE = 'shop:orders';

/** A log of `shop` behind itself again and again, each time with later timestamps: its cells are small, its rows few. */
export async function repeatedLog(bytes: number, folder: string): Promise<LogsOfTable> {
  const logs = [...fixture('shop')].filter(([path]) => /^hbase\/(old)?WALs\//.test(path) && !path.includes('.meta'));
  const largest = logs.map(([, log]) => log).sort((a, b) => b.length - a.length)[0]!;
  const log = Buffer.from(largest);
  const timestamps: number[] = [];
  const source = { sizeBytes: log.length, read: async (at: number, n: number) => log.subarray(at, at + n) };
  const batches = readWal(source, { what: 'shop', windowBytes: log.length });
  let first = log.length;
  let end = 0;
  for (;;) {
    const next = await batches.next();
    if (next.done) {
      end = next.value.offset;
      break;
    }
    const { bytes: cells, starts, entries } = next.value;
    first = Math.min(first, entries[0]?.offset ?? first);
    // The window is the log itself, so that a place in the one is a place in the other.
    const base = cells.byteOffset - log.byteOffset;
    for (const start of starts) timestamps.push(base + start + 8 + cells.readInt32BE(start) - 9);
  }
  const parts = [Buffer.from(log.subarray(0, first))];
  for (let made = first; made < bytes; made += end - first) {
    for (const at of timestamps) log.writeBigInt64BE(log.readBigInt64BE(at) + 1n, at);
    parts.push(Buffer.from(log.subarray(first, end)));
  }
  const path = join(folder, 'repeated');
  writeFileSync(path, Buffer.concat(parts));
  return { logs: [path], table: TABLE, families: ['d', 'audit'], regions: [{ encodedName: 'none', startKey: '' }] };
}
