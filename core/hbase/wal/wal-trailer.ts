import { Buffer } from 'node:buffer';
import { WalCorrupt } from './wal-errors.ts';
import type { WalSource, WalWindow } from './wal-source.ts';

const MAGIC = 'LAWP';
const TAIL_BYTES = 8;

/**
 * Where the trailer begins, which only a writer that closed its log put there: a message (empty in every version), its
 * length, `LAWP`. Undefined if there is none.
 * @param headerEnd where entries begin
 */
export async function trailerStart(
  window: WalWindow,
  source: WalSource,
  headerEnd: number,
  what: string,
): Promise<number | undefined> {
  const size = source.sizeBytes;
  if (size < headerEnd + TAIL_BYTES) return undefined;
  const isHere = window.base + window.bytes.length === size;
  const tail = isHere ? window.bytes.subarray(-TAIL_BYTES) : await source.read(size - TAIL_BYTES, TAIL_BYTES);
  if (tail.length !== TAIL_BYTES) throw new WalCorrupt(what, size - TAIL_BYTES, 'its end could not be read');
  const buffer = Buffer.from(tail);
  const length = buffer.readInt32BE(0);
  const start = size - TAIL_BYTES - length;
  return buffer.toString('latin1', 4) === MAGIC && length >= 0 && start >= headerEnd ? start : undefined;
}
