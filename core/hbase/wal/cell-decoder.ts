import type { Buffer } from 'node:buffer';
import type { WalBatchBuilder } from './wal-batch.ts';
import type { WalKey } from './wal-key.ts';

/** The bytes of a name within another buffer than the one that was read: in a dictionary. */
export interface NameBytes {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
}

/** How keys and cells of a log are laid out: plain, or through dictionaries. Bytes at hand are `b[at, end)`. */
export interface CellDecoder {
  /** What holds the cells of the batch: the window itself, or what was put together from it. */
  readonly ownsMemory: boolean;
  /** Where the region's name stands. To be asked before the table's, and both before the cells: dictionaries learn in this order. @throws EntryFault */
  region(b: Buffer, key: WalKey): NameBytes;
  table(b: Buffer, key: WalKey): NameBytes;
  /**
   * Reads the cells of an entry into `batch`, or past them without it, and answers where the next entry begins.
   * @throws EntryFault, EntryShort
   */
  cells(b: Buffer, at: number, end: number, key: WalKey, batch: WalBatchBuilder | undefined): number;
  /** The entry was whole. @throws EntryFault if it made the dictionaries larger than they may be */
  commit(at: number): void;
  /** The entry was not whole and will be read again from its start. */
  rollBack(): void;
  /** Bytes put together for the batch so far, and the memory they are in. */
  readonly pending: number;
  take(window: Buffer): Buffer;
}
