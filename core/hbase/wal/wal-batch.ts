import type { Buffer } from 'node:buffer';
import type { WalEvent } from './wal-event.ts';

/** One entry of a log: edits of one region that became visible together. */
export interface WalEntry {
  /** Offset in the file. */
  readonly offset: number;
  /** Encoded name. */
  readonly region: string;
  /** `ns:qualifier`, or `qualifier` in namespace `default`. */
  readonly table: string;
  /** The sequence id (mvcc) of each of its cells. */
  readonly sequenceId: number;
  /** Ms of the server's clock when it was appended. */
  readonly writeTimeMs: number;
  /** Whether it came from another cluster through replication. */
  readonly isReplicated: boolean;
  /** Its cells are those from this one up to `endCell` of the batch. Markers are not among them. */
  readonly firstCell: number;
  readonly endCell: number;
  readonly events: readonly WalEvent[];
}

/**
 * Consecutive wanted entries of a log and their cells. Cell i is the KeyValue `bytes[starts[i], ends[i])`: int32 length of
 * the key, int32 length of the value, key, value and, only if bytes remain, uint16 length of the tags and the tags. Each
 * was checked. The memory is the consumer's: nothing writes to it again, and to keep one cell is to keep the batch.
 */
export interface WalBatch {
  readonly bytes: Buffer;
  readonly cells: number;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly entries: readonly WalEntry[];
  /** Where the log goes on behind the entries that were read up to here, passed over ones included. */
  readonly endOffset: number;
}

/** Whether who wants to keep the cells does better to keep the batch's memory. */
export function isMostlyCells({ bytes, cells, starts, ends }: WalBatch): boolean {
  let cellBytes = 0;
  for (let i = 0; i < cells; i++) cellBytes += ends[i]! - starts[i]!;
  return cellBytes > 0.75 * bytes.buffer.byteLength;
}

const NO_EVENTS: readonly WalEvent[] = [];

/** Collects cells and entries; what an entry brought before it turned out to be cut short can be dropped again. */
export class WalBatchBuilder {
  cells = 0;
  #starts = new Uint32Array(1024);
  #ends = new Uint32Array(1024);
  #entries: WalEntry[] = [];
  #firstCell = 0;
  #events: WalEvent[] | undefined;

  get entries(): number {
    return this.#entries.length;
  }

  /** Of the entry that is being read. */
  get entryCells(): number {
    return this.cells - this.#firstCell;
  }

  cell(start: number, end: number): void {
    if (this.cells === this.#starts.length) this.#grow();
    this.#starts[this.cells] = start;
    this.#ends[this.cells++] = end;
  }

  event(event: WalEvent): void {
    this.#events ??= [];
    this.#events.push(event);
  }

  entry(entry: Omit<WalEntry, 'firstCell' | 'endCell' | 'events'>): void {
    const { offset, region, table, sequenceId, writeTimeMs, isReplicated } = entry;
    const events = this.#events ?? NO_EVENTS;
    const [firstCell, endCell] = [this.#firstCell, this.cells];
    this.#entries.push({ offset, region, table, sequenceId, writeTimeMs, isReplicated, firstCell, endCell, events });
    this.#firstCell = endCell;
    this.#events = undefined;
  }

  rollBack(): void {
    this.cells = this.#firstCell;
    this.#events = undefined;
  }

  take(bytes: Buffer, endOffset: number): WalBatch {
    const [cells, entries] = [this.cells, this.#entries];
    const starts = this.#starts.subarray(0, cells);
    const ends = this.#ends.subarray(0, cells);
    // The next batch will likely be as large.
    this.#starts = new Uint32Array(Math.max(1024, cells));
    this.#ends = new Uint32Array(this.#starts.length);
    this.#entries = [];
    this.#firstCell = 0;
    this.cells = 0;
    return { bytes, cells, starts, ends, entries, endOffset };
  }

  #grow(): void {
    const [starts, ends] = [this.#starts, this.#ends];
    this.#starts = new Uint32Array(starts.length * 2);
    this.#ends = new Uint32Array(starts.length * 2);
    this.#starts.set(starts);
    this.#ends.set(ends);
  }
}
