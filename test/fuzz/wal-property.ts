import type { ReadWalOptions, WalEnd } from '../../core/hbase/wal/wal-reader.ts';
import { readLog } from '../support/wal-lines.ts';
import type { BaseLog, Mutant } from './wal-mutation.ts';
import { requireLegal, requireWholeKey } from './wal-oracle.ts';

const REFUSALS = ['WalCorrupt', 'WalTruncated', 'WalUnsupported'];
const LIMIT_BYTES = 1 << 20;
/** What no input of some ten kilobytes may take, on a slow machine too. */
const MAX_MS = 5_000;

interface Outcome {
  readonly lines: readonly string[];
  readonly end?: WalEnd;
  readonly error?: { readonly name: string; readonly offset?: number; readonly reason?: string };
}

/**
 * Reads a changed log and throws if the reader did what it must not: another error than its own, an answer that depends on
 * how the bytes came, entries lost before the change, memory beyond the limits, a cut log taken for a damaged one.
 */
export async function checkWal(mutant: Mutant, base: BaseLog): Promise<void> {
  const started = performance.now();
  const whole = await outcomeOf(mutant.bytes, { windowBytes: LIMIT_BYTES, isRecoveredEdits: base.isRecoveredEdits });
  const inPieces = await outcomeOf(mutant.bytes, { windowBytes: 64, isRecoveredEdits: base.isRecoveredEdits });
  const isWanted = (table: string) => table === 'ns:t-2.x';
  const some = await outcomeOf(mutant.bytes, { windowBytes: 500, isRecoveredEdits: base.isRecoveredEdits, isWanted });
  const tookMs = performance.now() - started;
  if (tookMs > MAX_MS) throw new Error(`took ${tookMs} ms`);
  const [a, b] = [whole, inPieces].map(({ error, ...rest }) => JSON.stringify([error?.name, error?.offset, rest]));
  if (a !== b) throw new Error(`not the same in pieces of 64 bytes:\n${a}\n${b}`);
  const { error, end, lines } = whole;
  // Cells that are passed over are not looked at, so that only what is right can be compared.
  const wanted = lines.filter((line) => line.includes(' ns:t-2.x '));
  if (error === undefined && some.lines.join() !== wanted.join()) throw new Error('not the same of one table');
  const size = mutant.bytes.length;
  if (error?.offset !== undefined && !(error.offset >= 0 && error.offset <= size))
    throw new Error(`an offset outside of the log: ${error.offset}`);
  if (end !== undefined && end.kind !== 'trailer' && end.offset + end.tornBytes !== size)
    throw new Error(`${end.kind} at ${end.offset} with ${end.tornBytes} bytes behind, of ${size}`);
  if (mutant.changedAt >= base.entries[0]! && error?.name !== 'WalUnsupported') checkPrefix(mutant, base, lines);
  if (end?.kind === 'torn') checkNothingFollows(mutant, base, end.offset);
  if (mutant.isCut && !['open', 'torn', 'empty'].includes(end?.kind ?? ''))
    throw new Error(`a log that was cut: ${end?.kind ?? error?.reason}`);
}

/** Entries that end before the change come out as they were. */
function checkPrefix(mutant: Mutant, base: BaseLog, lines: readonly string[]): void {
  const whole = base.entries.filter((_, i) => (base.entries[i + 1] ?? base.bytes.length) <= mutant.changedAt).length;
  for (let i = 0; i < whole; i++) {
    if (lines[i] !== base.lines[i]) throw new Error(`entry ${i}, before the change: ${lines[i]}`);
  }
}

/** What is taken for a torn tail holds no entry of the log as it was. */
function checkNothingFollows({ bytes }: Mutant, base: BaseLog, offset: number): void {
  base.entries.forEach((start, i) => {
    const entry = base.bytes.subarray(start, base.entries[i + 1] ?? base.bytes.length - 8);
    const at = bytes.indexOf(entry, offset + 1);
    if (at > 0) throw new Error(`torn at ${offset}, but entry ${i} lies at ${at}`);
  });
}

async function outcomeOf(bytes: Buffer, options: Partial<ReadWalOptions>): Promise<Outcome> {
  const lines: string[] = [];
  let asked = 0;
  const source = {
    sizeBytes: bytes.length,
    read: async (offset: number, length: number) => {
      asked += length;
      if (offset < 0 || length <= 0 || offset + length > bytes.length) throw new Error(`read ${length} at ${offset}`);
      return bytes.subarray(offset, offset + length);
    },
  };
  const limits = { maxEntryBytes: LIMIT_BYTES, maxDictionaryBytes: LIMIT_BYTES };
  let outcome: Outcome;
  try {
    const { end } = await readLog(
      source,
      { ...options, ...limits },
      (batch) => {
        if (batch.bytes.length > 6 * LIMIT_BYTES) throw new Error(`a batch of ${batch.bytes.length} bytes`);
        requireLegal(batch);
        for (const { offset } of batch.entries) requireWholeKey(bytes, offset);
      },
      lines,
    );
    outcome = { lines, end };
  } catch (error) {
    const { name, offset, reason } = error as { name: string; offset?: number; reason?: string };
    if (!REFUSALS.includes(name)) throw error;
    outcome = { lines, error: { name, ...(offset === undefined ? {} : { offset }), ...(reason ? { reason } : {}) } };
  }
  if (asked > bytes.length + 16) throw new Error(`${asked} bytes were asked for, of ${bytes.length}`);
  return outcome;
}
