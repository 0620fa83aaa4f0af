import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import { ImageDamaged } from '../../core/errors/image-errors.ts';
import { readSnapshotDescription, type SnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import type { Manifest, ManifestTable } from '../../core/manifest.ts';
import type { KnownRegion } from '../../core/plan/logs/region-evidence.ts';
import type { Base } from '../../core/plan/newest-bases.ts';
import { type PositionLine, readSidecarLine, storeFilesLineSchema } from '../../core/position-line.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { SealedImage } from './sealed-image.ts';

/** A table of a sealed image, as an increment from logs follows on it. */
export interface LogParent {
  readonly base: Base;
  readonly image: SealedImage;
  readonly manifest: Manifest;
  readonly table: ManifestTable;
  readonly snapshot: SnapshotManifest;
  readonly description: SnapshotDescription;
  /** Bytes of its `data.manifest`. */
  readonly snapshotBytes: number;
  readonly position: PositionLine;
}

interface OpenImage {
  readonly image: SealedImage;
  readonly manifest: Manifest;
  readonly positions: ReadonlyMap<string, PositionLine>;
}

/** Parents of the tables of an increment; each image's header is read once. */
export class LogParents {
  readonly #objects: ObjectStore;
  readonly #root: S3Uri;
  readonly #images = new Map<string, Promise<OpenImage>>();

  constructor(objects: ObjectStore, root: S3Uri) {
    this.#objects = objects;
    this.#root = root;
  }

  /** @throws ImageDamaged, ManifestVoided */
  async read(base: Base): Promise<LogParent> {
    const { row } = base;
    const opened = this.#images.get(base.image.id) ?? this.#open(base);
    this.#images.set(base.image.id, opened);
    const { image, manifest, positions } = await opened;
    const table = manifest.tables.find((one) => one.table === row.table && one.index === row.index);
    const position = positions.get(row.table);
    if (table === undefined || position === undefined) throw this.#damaged(base, 'does not list the table');
    const files = await image.snapshot(table);
    try {
      const snapshot = new SnapshotManifest(files.manifest, `data.manifest of ${row.table} in ${image.id}`);
      const description = readSnapshotDescription(files.info);
      return { base, image, manifest, table, snapshot, description, position, snapshotBytes: files.manifest.length };
    } catch (error) {
      if (!(error instanceof HoldfastError) && !(error instanceof RangeError)) throw error;
      throw this.#damaged(base, `has a snapshot that cannot be read: ${error.message}`);
    }
  }

  /** The store files that the parent's regions are known to have: of a snapshot its own, else those that the logs told of. */
  async *known({ image, manifest, table, snapshot, base }: LogParent): AsyncGenerator<KnownRegion> {
    if (table.kind !== 'WALS') {
      for (const region of snapshot.regions) {
        const families = Map.groupBy(snapshot.storeFiles(region), ({ family }) => family);
        const files = [...families].map(([family, listed]) => [family, listed.map(({ name }) => name)] as const);
        const startKey = Buffer.from(snapshot.regionInfo(region).startKey).toString('hex');
        yield { region: region.encodedName, startKey, files: Object.fromEntries(files) };
      }
      return;
    }
    for await (const line of image.storeFiles(manifest)) {
      const parsed = readSidecarLine(storeFilesLineSchema, line);
      if (parsed === undefined) throw this.#damaged(base, 'has a list of store files that cannot be read');
      const { table: index, ...region } = parsed;
      if (index === table.index) yield region;
    }
  }

  async #open({ image: record }: Base): Promise<OpenImage> {
    const image = new SealedImage(this.#objects, this.#root, record.id);
    const manifest = await image.manifest(record.manifestSha256);
    return { image, manifest, positions: await image.positions(manifest) };
  }

  #damaged({ image, row }: Base, why: string): ImageDamaged {
    return new ImageDamaged(
      `${image.id} ${why}: ${row.table}`,
      'take a full of the table, or run it again with --or-full',
      { image: image.id, table: row.table },
    );
  }
}
