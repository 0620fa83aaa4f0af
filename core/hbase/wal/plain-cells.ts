import type { Buffer } from 'node:buffer';
import { readVint, vintLength } from '../hfile/hadoop-vint.ts';
import type { CellDecoder, NameBytes } from './cell-decoder.ts';
import { EntryFault, EntryShort } from './entry-fault.ts';
import { int32, isMarkerKeyValue } from './key-value.ts';
import type { WalBatchBuilder } from './wal-batch.ts';
import { readWalEvent } from './wal-event.ts';
import type { WalKey } from './wal-key.ts';

/** WALCellCodec without compression: each cell is its length and a KeyValue, used where it lies. */
export class PlainCells implements CellDecoder {
  readonly ownsMemory = false;
  readonly pending = 0;
  readonly #isIndexed: boolean;

  constructor(isIndexed: boolean) {
    this.#isIndexed = isIndexed;
  }

  region(b: Buffer, key: WalKey): NameBytes {
    return { bytes: b, at: key.regionAt, end: key.regionEnd };
  }

  table(b: Buffer, key: WalKey): NameBytes {
    return { bytes: b, at: key.tableAt, end: key.tableEnd };
  }

  cells(b: Buffer, at: number, end: number, key: WalKey, batch: WalBatchBuilder | undefined): number {
    let p = at;
    for (let i = key.cells; i > 0; i--) {
      if (p + 4 > end) throw new EntryShort(p, p + 4);
      const length = int32(b, p);
      if (length === -1 && this.#isIndexed) {
        p = endOfIndexRecord(b, p, end);
        continue;
      }
      if (length < 0) throw new EntryFault(p, `a cell of ${length} bytes`);
      const cellEnd = p + 4 + length;
      if (cellEnd > end) throw new EntryShort(p, cellEnd);
      if (batch !== undefined) {
        if (isMarkerKeyValue(b, p + 4, cellEnd)) batch.event(readWalEvent(b, p + 4));
        else batch.cell(p + 4, cellEnd);
      }
      p = cellEnd;
    }
    return p;
  }

  commit(): void {}

  rollBack(): void {}

  take(window: Buffer): Buffer {
    return window;
  }
}

/** Phoenix's index record: -1, then a name and a mutation of another table, each with a Hadoop vint for its length. */
export function endOfIndexRecord(b: Buffer, at: number, end: number): number {
  let p = at + 4;
  for (let i = 0; i < 2; i++) {
    const vintEnd = p < end ? p + vintLength((b[p]! << 24) >> 24) : p + 1;
    if (vintEnd > end) throw new EntryShort(at, vintEnd);
    const length = readVint(b, p, end).value;
    if (length < 0n || length > 0x7fffffffn) throw new EntryFault(p, `${length} bytes in an index record`);
    p = vintEnd + Number(length);
    if (p > end) throw new EntryShort(at, p);
  }
  return p;
}
