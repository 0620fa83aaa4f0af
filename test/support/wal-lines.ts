import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { WalBatch, WalEntry } from '../../core/hbase/wal/wal-batch.ts';
import { type ReadWalOptions, readWal, type WalEnd } from '../../core/hbase/wal/wal-reader.ts';
import type { WalSource } from '../../core/hbase/wal/wal-source.ts';

export interface WalReading {
  /** As in test/fixtures/hbase/wal/entries.json. */
  readonly lines: readonly string[];
  readonly entries: readonly WalEntry[];
  readonly end: WalEnd;
}

export function memorySource(bytes: Uint8Array): WalSource {
  return { sizeBytes: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) };
}

/** Reads a log to its end. `onBatch` sees each batch, as a consumer would; `lines` has what was read before an error. */
export async function readLog(
  source: Uint8Array | WalSource,
  options: Partial<ReadWalOptions> = {},
  onBatch: (batch: WalBatch) => void = () => undefined,
  lines: string[] = [],
): Promise<WalReading> {
  const log = readWal(source instanceof Uint8Array ? memorySource(source) : source, { what: 'log', ...options });
  const entries: WalEntry[] = [];
  for (;;) {
    const result = await log.next();
    if (result.done) return { lines, entries, end: result.value };
    onBatch(result.value);
    for (const entry of result.value.entries) {
      entries.push(entry);
      lines.push(lineOf(entry, result.value));
    }
  }
}

function lineOf(entry: WalEntry, { bytes, starts, ends }: WalBatch): string {
  const hash = createHash('sha256');
  for (let i = entry.firstCell; i < entry.endCell; i++) hash.update(bytes.subarray(starts[i], ends[i]));
  const { region, table, sequenceId, writeTimeMs } = entry;
  return [region, table, sequenceId, writeTimeMs, entry.endCell - entry.firstCell, hash.digest('hex')].join(' ');
}

export function walFixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/hbase/wal/${name}`, import.meta.url));
}
