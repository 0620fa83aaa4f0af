import { Buffer } from 'node:buffer';
import { ImageDamaged } from '../../errors/image-errors.ts';
import type { CellCursor } from '../hfile/cell-cursor.ts';
import { int32 } from '../hfile/cell-order.ts';
import { compareKeys } from '../hfile/key-order.ts';
import { TAG_TYPES, tagOf } from './cell-tags.ts';
import type { ScanFile } from './scan-files.ts';
import { StoreFileCells } from './store-file-cells.ts';
import type { OpenStored } from './stored-file.ts';

/** Bytes of the first read of a mob file: its values are large and its index small. */
const TAIL_BYTES = 64 << 10;
/** Mob files that stay open: values of one are not next to one another. */
const MOST_OPEN = 32;
const ZERO = Buffer.alloc(1);

/** The cells of a mob family with their values: those in mob files are fetched, each with a range of its own (HMobStore). */
export class MobCells implements CellCursor {
  bytes: Uint8Array = new Uint8Array();
  at = 0;
  end = 0;
  mvcc = 0;
  readonly #cells: CellCursor;
  readonly #family: string;
  readonly #files: ReadonlyMap<string, ScanFile>;
  readonly #open: OpenStored;
  readonly #readers = new Map<string, StoreFileCells>();

  /** @param files by `family/name` */
  constructor(cells: CellCursor, family: string, files: ReadonlyMap<string, ScanFile>, open: OpenStored) {
    this.#cells = cells;
    this.#family = family;
    this.#files = files;
    this.#open = open;
  }

  async advance(): Promise<boolean> {
    if (!(await this.#cells.advance())) return false;
    const { bytes, at, end, mvcc } = this.#cells;
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.mvcc = mvcc;
    if (tagOf(bytes, at, end, TAG_TYPES.mobReference) !== undefined) await this.#resolve();
    return true;
  }

  async #opened(file: ScanFile): Promise<StoreFileCells> {
    const known = this.#readers.get(file.path);
    if (known !== undefined) return known;
    const opened = (await StoreFileCells.open(file, {}, this.#open, { tailBytes: TAIL_BYTES }))!;
    const [oldest] = this.#readers.keys();
    if (oldest !== undefined && this.#readers.size >= MOST_OPEN) this.#readers.delete(oldest);
    this.#readers.set(file.path, opened);
    return opened;
  }

  /** @throws ImageDamaged if the value is not where the reference says, or has another length */
  async #resolve(): Promise<void> {
    const { bytes, at } = this;
    const key = bytes.subarray(at + 8, at + 8 + int32(bytes, at));
    const value = Buffer.from(bytes.subarray(at + 8 + key.length, at + 8 + key.length + int32(bytes, at + 4)));
    const name = value.subarray(4).toString();
    const file = this.#files.get(`${this.#family}/${name}`);
    if (value.length < 5 || file === undefined) throw damaged(name, 'the snapshot has no such mob file');
    const row = key.subarray(2, 2 + ((key[0]! << 8) | key[1]!));
    const range = { startRow: row, stopRow: Buffer.concat([row, ZERO]) };
    const cells = (await this.#opened(file)).again(range);
    while (await cells.advance()) {
      const keyEnd = cells.at + 8 + int32(cells.bytes, cells.at);
      if (compareKeys(key, 0, key.length, cells.bytes, cells.at + 8, keyEnd) !== 0) continue;
      if (int32(cells.bytes, cells.at + 4) !== value.readInt32BE(0))
        throw damaged(file.path, 'a value of another length');
      this.bytes = cells.bytes;
      this.at = cells.at;
      this.end = cells.end;
      return;
    }
    throw damaged(file.path, 'a value is not there that a cell refers to');
  }
}

const damaged = (file: string, why: string) =>
  new ImageDamaged(`mob file ${file}: ${why}`, 'scan an older image; --columns without the mob family reads the rest', {
    file,
  });
