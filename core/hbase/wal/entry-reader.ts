import type { Buffer } from 'node:buffer';
import { parseTableName } from '../table-name.ts';
import type { CellDecoder, NameBytes } from './cell-decoder.ts';
import { EntryFault, EntryShort } from './entry-fault.ts';
import { NameCache } from './name-cache.ts';
import { VarintReader } from './varint-reader.ts';
import type { WalBatchBuilder } from './wal-batch.ts';
import { MAX_KEY_BYTES, WalKey } from './wal-key.ts';

const MAX_TABLES = 10_000;
const REGION = /^[0-9a-f]{1,64}$/;

/** What was read, of all entries, wanted or not. */
export interface WalCounts {
  entries: number;
  /** Entries of wanted tables, and their cells without markers. */
  wantedEntries: number;
  wantedCells: number;
  /** Least and greatest write time, ms; undefined without an entry. */
  firstWriteMs: number | undefined;
  lastWriteMs: number | undefined;
}

/** Reads one entry after the other: all of it, or nothing of it. */
export class EntryReader {
  readonly counts: WalCounts = {
    entries: 0,
    wantedEntries: 0,
    wantedCells: 0,
    firstWriteMs: undefined,
    lastWriteMs: undefined,
  };
  readonly #decoder: CellDecoder;
  readonly #batch: WalBatchBuilder;
  readonly #key = new WalKey();
  readonly #varint = new VarintReader();
  readonly #regions = new NameCache(regionName);
  readonly #tables = new NameCache(tableNamed);
  readonly #isWanted: (table: string) => boolean;
  readonly #wanted = new Map<string, boolean>();

  constructor(decoder: CellDecoder, batch: WalBatchBuilder, isWanted: (table: string) => boolean) {
    this.#decoder = decoder;
    this.#batch = batch;
    this.#isWanted = isWanted;
  }

  /**
   * Reads the entry at `b[at]` and answers where the next one begins. Bytes at hand end at `end`.
   * @param isPassed read for the sake of the dictionaries only: not counted, not given out
   * @throws EntryFault, EntryShort; in both cases as if it had not been called
   */
  read(b: Buffer, at: number, end: number, base: number, isPassed: boolean): number {
    const [decoder, batch, key, counts] = [this.#decoder, this.#batch, this.#key, this.counts];
    try {
      const keyBytes = this.#varint.int32(b, at, end);
      const keyAt = this.#varint.next;
      if (keyBytes > MAX_KEY_BYTES) throw new EntryFault(at, `a key of ${keyBytes} bytes`);
      if (keyAt + keyBytes > end) throw new EntryShort(at, keyAt + keyBytes);
      key.read(b, keyAt, keyAt + keyBytes);
      const region = named(this.#regions, decoder.region(b, key), key.regionAt);
      const table = named(this.#tables, decoder.table(b, key), key.tableAt);
      const isWanted = !isPassed && this.#wants(table);
      const next = decoder.cells(b, keyAt + keyBytes, end, key, isWanted ? batch : undefined);
      decoder.commit(at);
      if (isPassed) return next;
      const { writeTimeMs, sequenceId, isReplicated } = key;
      counts.entries++;
      counts.firstWriteMs = Math.min(writeTimeMs, counts.firstWriteMs ?? writeTimeMs);
      counts.lastWriteMs = Math.max(writeTimeMs, counts.lastWriteMs ?? writeTimeMs);
      if (isWanted) {
        counts.wantedEntries++;
        counts.wantedCells += batch.entryCells;
        batch.entry({ offset: base + at, region, table, sequenceId, writeTimeMs, isReplicated });
      }
      return next;
    } catch (error) {
      decoder.rollBack();
      batch.rollBack();
      throw error;
    }
  }

  #wants(table: string): boolean {
    let isWanted = this.#wanted.get(table);
    if (isWanted === undefined) {
      isWanted = this.#isWanted(table);
      // A damaged log may name any number of tables.
      if (this.#wanted.size < MAX_TABLES) this.#wanted.set(table, isWanted);
    }
    return isWanted;
  }
}

function tableNamed(text: string): string {
  parseTableName(text);
  return text;
}

function regionName(text: string): string {
  if (!REGION.test(text))
    throw new RangeError(`not the encoded name of a region: ${JSON.stringify(text.slice(0, 100))}`);
  return text;
}

function named<T>(cache: NameCache<T>, { bytes, at, end }: NameBytes, where: number): T {
  try {
    return cache.get(bytes, at, end);
  } catch (error) {
    throw new EntryFault(where, (error as Error).message);
  }
}
