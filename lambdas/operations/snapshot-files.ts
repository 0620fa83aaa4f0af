import { ImageDamaged } from '../../core/errors/image-errors.ts';
import type { FileEntry } from '../../core/file-entry.ts';
import { HBaseFormatError } from '../../core/hbase/format-error.ts';
import { type ResolvedStoreFile, resolveStoreFiles } from '../../core/hbase/resolve-store-files.ts';
import { readSnapshotDescription, type SnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { formatTableName } from '../../core/hbase/table-name.ts';
import type { TableSchema } from '../../core/hbase/table-schema.ts';
import type { ManifestTable } from '../../core/manifest.ts';

/**
 * Compares a table's file list with what its snapshot needs, file by file as both stream by: a list that leaves one
 * out would restore a table that HBase cannot open, or opens with rows missing.
 */
export class SnapshotFiles {
  readonly description: SnapshotDescription;
  readonly schema: TableSchema;
  readonly regions: number;
  readonly #table: ManifestTable;
  readonly #needed: Iterator<ResolvedStoreFile>;

  /** @throws ImageDamaged */
  constructor(table: ManifestTable, files: { readonly info: Uint8Array; readonly manifest: Uint8Array }) {
    this.#table = table;
    this.description = this.#reading(() => readSnapshotDescription(files.info, `.snapshotinfo of ${table.table}`));
    if (formatTableName(this.description.table) !== table.table) {
      throw this.#damaged(`is of the table ${formatTableName(this.description.table)}`);
    }
    const manifest = this.#reading(() => new SnapshotManifest(files.manifest, `data.manifest of ${table.table}`));
    this.schema = manifest.tableSchema;
    this.regions = manifest.regions.length;
    this.#needed = resolveStoreFiles(manifest, this.description.table);
  }

  /** The list's next file. @throws ImageDamaged unless it is the one that the snapshot needs next */
  expect(entry: FileEntry): void {
    const needed = this.#next();
    if (needed === undefined) throw this.#damaged(`does not need ${entry.path}, which the list has`);
    if (needed.path !== entry.path) throw this.#damaged(`needs ${needed.path} where the list has ${entry.path}`);
    if (needed.size !== entry.size) {
      throw this.#damaged(`needs ${needed.size} bytes of ${entry.path}, the list has ${entry.size}`);
    }
  }

  /** The list is over. @throws ImageDamaged if the snapshot needs more */
  end(): void {
    const needed = this.#next();
    if (needed !== undefined) throw this.#damaged(`needs ${needed.path}, which the list does not have`);
  }

  #next(): ResolvedStoreFile | undefined {
    const { done, value } = this.#reading(() => this.#needed.next());
    return done ? undefined : value;
  }

  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof HBaseFormatError) throw this.#damaged(`cannot be read: ${error.message}`);
      throw error;
    }
  }

  #damaged(why: string): ImageDamaged {
    return new ImageDamaged(
      `the snapshot ${this.#table.snapshot} in the image ${why}`,
      'restore an older image; holdfast history shows them',
      { table: this.#table.table, snapshot: this.#table.snapshot },
    );
  }
}
