import { InvalidInput } from '../../errors/input-errors.ts';
import { type FamilyBloom, familyBloom } from '../family-bloom.ts';
import type { CellCursor } from '../hfile/cell-cursor.ts';
import type { HFileReaderOptions } from '../hfile/hfile-reader.ts';
import { MergedCells } from '../hfile/merge-runs.ts';
import type { SnapshotManifest } from '../snapshot-manifest.ts';
import type { FamilySchema } from '../table-schema.ts';
import { familyRules, isMob, refuseNewVersionBehavior } from './family-rules.ts';
import { MobCells } from './mob-cells.ts';
import { mobFiles, type ScanFile, scanFiles } from './scan-files.ts';
import { type ScanRegion, scanRegions } from './scan-regions.ts';
import type { ScanRequest } from './scan-request.ts';
import { bySequenceId, StoreFileCells } from './store-file-cells.ts';
import type { OpenStored } from './stored-file.ts';
import { VisibleCells } from './visible-cells.ts';

/** Files of a family that are opened at once. */
const OPENED_AT_ONCE = 16;

/**
 * Up to so many files each one's leaf and block are read at once: three reads a file. Asking the bloom filter takes two
 * where the row is not and four where it is, which pays from four files on, if one of them has the row.
 */
const FILES_WITHOUT_BLOOM = 3;

/** The cells of a region in HBase's order, those of its families as one. */
export interface RegionCells {
  readonly cells: CellCursor;
  /** By family: what a file for the same cells needs to know of the files that they come from. */
  readonly families: ReadonlyMap<string, FamilyFacts>;
  /** Cells so far that a TTL hid. */
  expired(): number;
}

export interface FamilyFacts {
  readonly schema: FamilySchema;
  readonly hasTags: boolean;
  readonly zstdFraming: 'ZSTD' | 'ZSTD framed' | undefined;
  readonly bloom: FamilyBloom;
}

/** Reads rows out of a snapshot, by the indexes of its files. */
export class TableScan {
  /** Those that have rows of the range, in their order. */
  readonly regions: readonly ScanRegion[];
  readonly #manifest: SnapshotManifest;
  readonly #request: ScanRequest;
  readonly #families: readonly FamilySchema[];
  readonly #mobFiles: ReadonlyMap<string, ScanFile>;

  /** @throws InvalidInput: no such family, or NEW_VERSION_BEHAVIOR unless raw; HBaseFormatError */
  constructor(manifest: SnapshotManifest, request: ScanRequest) {
    this.#manifest = manifest;
    this.#request = request;
    const { families } = manifest.tableSchema;
    const names = families.map(({ name }) => name);
    const unknown = [...(request.columns?.keys() ?? [])].filter((name) => !names.includes(name));
    if (unknown.length > 0) {
      const message = `columns: the table has no family ${unknown.join(', ')}; it has ${names.join(', ')}`;
      throw new InvalidInput(message, 'columns are named family or family:qualifier', { field: 'columns', names });
    }
    this.#families = families.filter(({ name }) => request.columns?.has(name) ?? true);
    if (!request.isRaw) {
      for (const family of this.#families)
        refuseNewVersionBehavior(family, 'read what is stored with --raw, or restore the table and let HBase read it');
    }
    this.regions = scanRegions(manifest, request);
    this.#mobFiles = this.#families.some(isMob) ? mobFiles(manifest) : new Map();
  }

  /** Every file that may be read, `path` → bytes. @throws HBaseFormatError, InvalidStoreFileName */
  paths(): Map<string, number> {
    const paths = new Map<string, number>();
    const isAsked = ({ family }: ScanFile) => this.#families.some(({ name }) => name === family);
    const files = this.regions.flatMap(({ region }) => scanFiles(this.#manifest, region));
    for (const file of [...files, ...this.#mobFiles.values()]) if (isAsked(file)) paths.set(file.path, file.size);
    return paths;
  }

  /** Opens the files of a region. @throws ImageDamaged, HFileUnreadable, and what the files' reads throw */
  async open(region: ScanRegion, open: OpenStored, options: HFileReaderOptions = {}): Promise<RegionCells> {
    const files = scanFiles(this.#manifest, region.region);
    const facts = new Map<string, FamilyFacts>();
    const cursors: CellCursor[] = [];
    const visible: VisibleCells[] = [];
    for (const schema of this.#families) {
      const opened: StoreFileCells[] = [];
      const own = files.filter(({ family }) => family === schema.name);
      const usesBloom = own.length > FILES_WITHOUT_BLOOM;
      for (let i = 0; i < own.length; i += OPENED_AT_ONCE) {
        const some = own.slice(i, i + OPENED_AT_ONCE);
        const cells = await Promise.all(
          some.map((file) => StoreFileCells.open(file, region, open, { ...options, usesBloom })),
        );
        opened.push(...cells.filter((one) => one !== undefined));
      }
      opened.sort(bySequenceId);
      const seen = new VisibleCells(new MergedCells(opened), this.#visibilityOf(schema));
      visible.push(seen);
      cursors.push(isMob(schema) ? new MobCells(seen, schema.name, this.#mobFiles, open) : seen);
      facts.set(schema.name, {
        schema,
        hasTags: opened.some(({ reader }) => reader.layout.hasTags),
        zstdFraming: opened.find(({ reader }) => reader.zstdFraming)?.reader.zstdFraming,
        bloom: familyBloom(
          this.#manifest.tableSchema,
          schema,
          opened.find(({ reader }) => reader.bloomPrefixBytes)?.reader.bloomPrefixBytes,
        ),
      });
    }
    return {
      cells: new MergedCells(cursors),
      families: facts,
      expired: () => visible.reduce((sum, { expired }) => sum + expired, 0),
    };
  }

  #visibilityOf(schema: FamilySchema) {
    const { columns, versions, isRaw, nowMs } = this.#request;
    return {
      rules: familyRules(schema),
      qualifiers: columns?.get(schema.name) ?? null,
      versions: versions ?? Number.POSITIVE_INFINITY,
      ...{ isRaw, nowMs },
    };
  }
}
