import { Buffer } from 'node:buffer';
import type { CellCursor } from '../hfile/cell-cursor.ts';
import { integerOf } from '../hfile/file-info.ts';
import { HFileReader, type HFileReaderOptions } from '../hfile/hfile-reader.ts';
import { HFileScanner, type RowRange } from '../hfile/hfile-scanner.ts';
import { isKey } from '../hfile/key-order.ts';
import type { ScanFile } from './scan-files.ts';
import { intersection } from './scan-regions.ts';
import { namedFailure, type OpenStored } from './stored-file.ts';

export interface StoreFileOptions extends HFileReaderOptions {
  readonly usesBloom?: boolean;
}

/** The cells that a region sees of one of its files; the mvcc of a bulk-loaded one is the id of its load (HStoreFile). */
export class StoreFileCells implements CellCursor {
  bytes: Uint8Array = new Uint8Array();
  at = 0;
  end = 0;
  mvcc = 0;
  readonly file: ScanFile;
  readonly reader: HFileReader;
  /** HStoreFile's: by it files are ordered, and the one with the higher wins among equal cells. */
  readonly sequenceId: number;
  readonly #where: string;
  readonly #fixedMvcc: number | undefined;
  readonly #scanner: HFileScanner | undefined;

  private constructor(file: ScanFile, reader: HFileReader, where: string, rows: RowRange, usesBloom: boolean) {
    this.file = file;
    this.reader = reader;
    this.#where = where;
    const isBulkLoaded = file.bulkLoadSeqId !== undefined || reader.info.has('BULKLOAD_TIMESTAMP');
    const isReset = isBulkLoaded && (reader.info.get('SKIP_RESET_SEQ_ID')?.[0] ?? 0) === 0;
    this.sequenceId = (file.bulkLoadSeqId ?? Number(reader.maxSeqId ?? -1n)) + (file.isTop ? 1 : 0);
    // Without an id a load is older than everything; a mvcc is not negative here.
    this.#fixedMvcc = isReset ? Math.max(0, this.sequenceId) : undefined;
    this.#scanner = mayHave(reader, rows) ? new HFileScanner(reader, rows, usesBloom) : undefined;
  }

  /**
   * Nothing is read of a file that cannot have such rows by its reference. @throws ImageDamaged, HFileUnreadable, and
   * what the source throws
   */
  static async open(
    file: ScanFile,
    range: RowRange,
    open: OpenStored,
    { usesBloom = true, ...options }: StoreFileOptions = {},
  ): Promise<StoreFileCells | undefined> {
    const rows = intersection(file.rows, range);
    if (rows === undefined) return undefined;
    const source = open(file.path, file.size);
    try {
      return new StoreFileCells(file, await HFileReader.open(source, options), source.where, rows, usesBloom);
    } catch (error) {
      throw namedFailure(error, source.where);
    }
  }

  /** The same file, which stays open, for other rows. */
  again(rows: RowRange): StoreFileCells {
    return new StoreFileCells(this.file, this.reader, this.#where, rows, true);
  }

  /** StoreFileScanner's bulk time: when it was loaded. */
  get bulkLoadedAt(): bigint {
    return integerOf(this.reader.info, 'BULKLOAD_TIMESTAMP', 8, this.reader.trailer.fileInfoOffset) ?? 0n;
  }

  advance(): boolean | Promise<boolean> {
    if (this.#scanner === undefined) return false;
    try {
      const more = this.#scanner.advance();
      return typeof more === 'boolean' ? this.#take(more) : this.#resume(more);
    } catch (error) {
      throw namedFailure(error, this.#where);
    }
  }

  async #resume(more: Promise<boolean>): Promise<boolean> {
    try {
      return this.#take(await more);
    } catch (error) {
      throw namedFailure(error, this.#where);
    }
  }

  #take(more: boolean): boolean {
    const scanner = this.#scanner!;
    this.bytes = scanner.bytes;
    this.at = scanner.at;
    this.end = scanner.end;
    this.mvcc = this.#fixedMvcc ?? scanner.mvcc;
    return more;
  }
}

/** StoreFileComparators.SEQ_ID: the newer behind the older. */
export function bySequenceId(a: StoreFileCells, b: StoreFileCells): number {
  return (
    a.sequenceId - b.sequenceId ||
    b.file.size - a.file.size ||
    Number(a.bulkLoadedAt - b.bulkLoadedAt) ||
    (a.file.name < b.file.name ? -1 : 1)
  );
}

/** By the first and last key, which are in memory once a file is open. */
function mayHave(reader: HFileReader, { startRow, stopRow }: RowRange): boolean {
  const { firstKey, lastKey } = reader;
  if (firstKey === undefined) return false;
  const isBehind = startRow && lastKey && isKey(lastKey) && Buffer.compare(rowOf(lastKey), startRow) < 0;
  const isBefore = stopRow && isKey(firstKey) && Buffer.compare(rowOf(firstKey), stopRow) >= 0;
  return !isBehind && !isBefore;
}

const rowOf = (key: Uint8Array) => key.subarray(2, 2 + ((key[0]! << 8) | key[1]!));
