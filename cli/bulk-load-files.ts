import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
import type { CellTarget } from './read-rows.ts';

/** A file that was written for completebulkload. */
export interface BulkLoadFile {
  readonly path: string;
  readonly cells: number;
  readonly bytes: number;
}

const BLOCK_BYTES = 65_536;

/**
 * Writes cells as `<directory>/<family>/<32 hex>`, a file a region and family, as completebulkload takes them. A file
 * has its name only when it is whole.
 */
export class BulkLoadFiles implements CellTarget {
  readonly files: BulkLoadFile[] = [];
  readonly #directory: string;
  readonly #what: string;
  readonly #createdAtMs: number;
  readonly #writing = new Map<string, { writer: HFileWriter; file: FileHandle; part: string; path: string }>();

  /** @param what names image and table: a second run gives the same names */
  constructor(directory: string, what: string, createdAtMs: number) {
    this.#directory = directory;
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
    for (const [family, { writer, file, part, path }] of this.#writing) {
      const { cells, sizeBytes } = await writer.finish();
      await file.sync();
      await file.close();
      this.#writing.delete(family);
      await rename(part, path);
      this.files.push({ path, cells, bytes: sizeBytes });
    }
  }

  /** Removes what was written: half of an answer is not to be loaded. */
  async discard(): Promise<void> {
    for (const { file, part } of this.#writing.values()) {
      await file.close().catch(() => undefined);
      await rm(part, { force: true });
    }
    this.#writing.clear();
    for (const { path } of this.files.splice(0)) await rm(path, { force: true });
  }

  async #begin(region: string, facts: FamilyFacts) {
    const { schema } = facts;
    const folder = join(this.#directory, checkFamilyName(schema.name));
    const name = sha256(`${this.#what} ${region} ${schema.name}`).slice(0, 32);
    const path = join(folder, name);
    // completebulkload passes over names that begin with an underscore.
    const part = join(folder, `_${name}`);
    await mkdir(folder, { recursive: true });
    await this.#refuseExisting(path);
    const file = await open(part, 'w');
    const writer = new HFileWriter(
      {
        kind: { kind: 'bulk-load-file', sourceTask: this.#what },
        compression: compressionOf(facts),
        blockBytes: Number(attributeText(schema.attributes, 'BLOCKSIZE')) || BLOCK_BYTES,
        ...facts.bloom,
        hasTags: facts.hasTags,
        createdAtMs: this.#createdAtMs,
      },
      async (piece) => void (await file.writeFile(piece)),
    );
    const begun = { writer, file, part, path };
    this.#writing.set(schema.name, begun);
    return begun;
  }

  async #refuseExisting(path: string): Promise<void> {
    const found = await open(path, 'r').catch(() => undefined);
    await found?.close();
    if (found === undefined) return;
    throw new InvalidInput(`directory: ${path} exists`, 'give an empty directory, or one that does not exist', {
      field: 'directory',
    });
  }
}

/** As the family has it; zstd only in the framing that was found in its own files, since the cluster reads no other. */
function compressionOf({ schema, zstdFraming }: FamilyFacts): WriterCompression {
  const wanted = attributeText(schema.attributes, 'COMPRESSION')?.toUpperCase() ?? 'NONE';
  if (wanted === 'ZSTD') return zstdFraming ?? 'GZ';
  return WRITER_COMPRESSIONS.find((one) => one === wanted) ?? 'GZ';
}
