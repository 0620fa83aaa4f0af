import { sha256 } from '../core/digest.ts';
import { InvalidInput } from '../core/errors/input-errors.ts';
import { checkFamilyName } from '../core/hbase/family-name.ts';
import { HBaseFormatError } from '../core/hbase/format-error.ts';
import type { CellCursor } from '../core/hbase/hfile/cell-cursor.ts';
import { WRITER_COMPRESSIONS, type WriterCompression } from '../core/hbase/hfile/compress.ts';
import { HFileWriter } from '../core/hbase/hfile/hfile-writer.ts';
import { cellParts } from '../core/hbase/scan/canonical-cell.ts';
import type { FamilyFacts } from '../core/hbase/scan/table-scan.ts';
import { attributeText } from '../core/hbase/table-schema.ts';
import type { BulkLoadPlace, FileInPlace } from './bulk-load-place.ts';
import type { CellTarget } from './read-rows.ts';

/** A file that was written for completebulkload. */
export interface BulkLoadFile {
  readonly path: string;
  readonly family: string;
  readonly cells: number;
  readonly bytes: number;
}

const BLOCK_BYTES = 65_536;

/**
 * Writes cells as `<family>/<32 hex>`, a file a region and family, as completebulkload takes them. A file has its name
 * only when it is whole.
 */
export class BulkLoadFiles implements CellTarget {
  readonly files: BulkLoadFile[] = [];
  readonly #place: BulkLoadPlace;
  readonly #what: string;
  readonly #createdAtMs: number;
  readonly #writing = new Map<string, { writer: HFileWriter; file: FileInPlace; path: string }>();
  readonly #written: string[] = [];

  /** @param what names image and table: a second run gives the same names */
  constructor(place: BulkLoadPlace, what: string, createdAtMs: number) {
    this.#place = place;
    this.#what = what;
    this.#createdAtMs = createdAtMs;
  }

  /** @throws InvalidInput if the file exists */
  async cell(cursor: CellCursor, region: string, families: ReadonlyMap<string, FamilyFacts>): Promise<void> {
    const { bytes, at, end } = cursor;
    const { family } = cellParts(bytes, at, end);
    const facts = families.get(family.toString());
    if (facts === undefined) throw new HBaseFormatError(`region ${region}`, 0, `a cell of family ${family}`);
    const { writer } = this.#writing.get(facts.schema.name) ?? (await this.#begin(region, facts));
    // completebulkload gives all cells of a file one id: what comes first of equal keys is the newest there too.
    await writer.append(bytes, at, end, 0);
  }

  /** The files of a region are whole. */
  async endRegion(): Promise<void> {
    for (const [family, { writer, file, path }] of this.#writing) {
      const { cells, sizeBytes } = await writer.finish();
      await file.close();
      this.#writing.delete(family);
      this.#written.push(path);
      this.files.push({ path: this.#place.nameOf(path), family, cells, bytes: sizeBytes });
    }
  }

  /** Removes what was written: half of an answer is not to be loaded. */
  async discard(): Promise<void> {
    for (const { file } of this.#writing.values()) await file.abort();
    this.#writing.clear();
    this.files.length = 0;
    for (const path of this.#written.splice(0)) await this.#place.remove(path);
  }

  async #begin(region: string, facts: FamilyFacts) {
    const { schema } = facts;
    const name = sha256(`${this.#what} ${region} ${schema.name}`).slice(0, 32);
    const path = `${checkFamilyName(schema.name)}/${name}`;
    await this.#refuseExisting(path);
    const file = await this.#place.create(path);
    const writer = new HFileWriter(
      {
        kind: { kind: 'bulk-load-file', sourceTask: this.#what },
        compression: compressionOf(facts),
        blockBytes: Number(attributeText(schema.attributes, 'BLOCKSIZE')) || BLOCK_BYTES,
        ...facts.bloom,
        hasTags: facts.hasTags,
        createdAtMs: this.#createdAtMs,
      },
      (piece) => file.write(piece),
    );
    const begun = { writer, file, path };
    this.#writing.set(schema.name, begun);
    return begun;
  }

  async #refuseExisting(path: string): Promise<void> {
    if (!(await this.#place.has(path))) return;
    throw new InvalidInput(
      `directory: ${this.#place.nameOf(path)} exists`,
      'give an empty directory, or one that does not exist',
      {
        field: 'directory',
      },
    );
  }
}

/** As the family has it; zstd only in the framing that was found in its own files, since the cluster reads no other. */
function compressionOf({ schema, zstdFraming }: FamilyFacts): WriterCompression {
  const wanted = attributeText(schema.attributes, 'COMPRESSION')?.toUpperCase() ?? 'NONE';
  if (wanted === 'ZSTD') return zstdFraming ?? 'GZ';
  return WRITER_COMPRESSIONS.find((one) => one === wanted) ?? 'GZ';
}
