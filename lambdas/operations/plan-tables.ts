import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import { SnapshotDamaged, SourceChanged } from '../../core/errors/source-errors.ts';
import type { FileEntry, PlannedFile } from '../../core/file-entry.ts';
import { resolveStoreFiles } from '../../core/hbase/resolve-store-files.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { parseTableName } from '../../core/hbase/table-name.ts';
import type { Manifest } from '../../core/manifest.ts';
import type { Base } from '../../core/plan/newest-bases.ts';
import { noTableTotals, planTable, type TableTotals } from '../../core/plan/plan-table.ts';
import type { RootArea } from '../../core/plan/source-files.ts';
import { parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TableSnapshot, TableSnapshots } from '../ports/table-snapshots.ts';
import type { BackupBases } from './backup-bases.ts';
import type { TableToWrite } from './backup-planning.ts';
import { refuseClientSideEncrypted } from './refuse-client-side-encrypted.ts';
import { SealedImage } from './sealed-image.ts';
import { holderFiles, sourceFiles, sourceKey } from './source-listing.ts';

export interface PlanPorts {
  readonly objects: Pick<ObjectStore, 'listPages' | 'get' | 'getStream' | 'attributes'> & ObjectStore;
  readonly snapshots: TableSnapshots;
}

/** One table of a backup while it is planned. */
export interface TablePlanning {
  readonly snapshot: TableSnapshot;
  /** `data.manifest`, verbatim. */
  readonly dataManifest: Uint8Array;
  readonly base: Base | undefined;
  /** What the table follows on; undefined: it is taken full. */
  readonly parent: Base | undefined;
  /** Counted while {@link files} is read. */
  readonly totals: TableTotals;
  /** To be read once, to its end. */
  readonly files: AsyncIterable<readonly PlannedFile[]>;
}

/** A table of a snapshot, as it goes into a plan. */
export function snapshotToWrite(
  { snapshot, dataManifest, base, parent, files, totals }: TablePlanning,
  positions: Pick<TableToWrite['row'], 'wals' | 'walsNote' | 'clockMarginMs'>,
): TableToWrite {
  const { table, snapshot: name, creationMs, wholeMs, type, info } = snapshot;
  const row = {
    ...{ table, snapshot: name, position: creationMs, snapshotType: type, kind: 'SNAPSHOT' as const },
    base: base?.image.id ?? null,
    parent: parent?.image.id ?? null,
    // Of a disabled table nothing changes meanwhile.
    ...(type !== 'DISABLED' && { snapshotEnd: wholeMs }),
    ...positions,
  };
  return { row, files, totals, info, dataManifest };
}

/** Plans table after table; shared by PlanBackup and DryRunBackup. Reads only. */
export class TablePlanner {
  readonly #ports: PlanPorts;
  readonly #root: S3Uri;
  readonly #source: S3Uri;
  readonly #clusterId: string;
  readonly #known: BackupBases;
  readonly #manifests = new Map<string, Promise<Manifest>>();

  constructor(
    ports: PlanPorts,
    places: { readonly root: string; readonly source: string },
    clusterId: string,
    known: BackupBases,
  ) {
    this.#ports = ports;
    this.#root = parseS3Uri(places.root, 'root');
    this.#source = parseS3Uri(places.source, 'source');
    this.#clusterId = clusterId;
    this.#known = known;
  }

  async plan(snapshot: TableSnapshot): Promise<TablePlanning> {
    const dataManifest = await this.#ports.snapshots.dataManifest(this.#source, snapshot.snapshot);
    const base = this.#known.bases.get(snapshot.table);
    const parent = this.#known.parents.get(snapshot.table);
    const totals = noTableTotals();
    const files = this.#files(snapshot, dataManifest, base, totals);
    return { snapshot, dataManifest, base, parent, totals, files };
  }

  async *#files(snapshot: TableSnapshot, dataManifest: Uint8Array, base: Base | undefined, totals: TableTotals) {
    const { objects } = this.#ports;
    const source = sourceFiles(objects, this.#source);
    const holders = holderFiles(objects, this.#root);
    const needed = undamaged(snapshot.snapshot, () => {
      const manifest = new SnapshotManifest(dataManifest, `data.manifest of snapshot ${snapshot.snapshot}`);
      return resolveStoreFiles(manifest, parseTableName(snapshot.table));
    });
    const table = {
      snapshot: snapshot.snapshot,
      clusterId: this.#clusterId,
      needed: eachUndamaged(snapshot.snapshot, needed),
      source,
      previous: this.#previous(base),
      holders,
    };
    let isSampled = false;
    try {
      for await (const batch of planTable(table, totals)) {
        const copy = isSampled ? undefined : batch.find((file) => file.action === 'copy');
        if (copy) {
          isSampled = true;
          await this.#refuseEncrypted(copy.area as RootArea, copy.path);
        }
        yield batch;
      }
    } catch (error) {
      if (error instanceof SourceChanged) {
        await this.#refuseEncrypted(error.evidence.area as RootArea, String(error.evidence.path));
      }
      throw error;
    } finally {
      await source.close();
      await holders.close();
    }
  }

  #refuseEncrypted(area: RootArea, path: string): Promise<void> {
    return refuseClientSideEncrypted(this.#ports.objects, this.#source.bucket, sourceKey(this.#source, area, path));
  }

  async *#previous(base: Base | undefined): AsyncGenerator<FileEntry> {
    if (base === undefined) return;
    const { image, row } = base;
    const sealed = new SealedImage(this.#ports.objects, this.#root, image.id);
    const known = this.#manifests.get(image.id) ?? sealed.manifest(image.manifestSha256);
    this.#manifests.set(image.id, known);
    const manifest = await known;
    const table = manifest.tables.find(({ table, index }) => table === row.table && index === row.index);
    if (table !== undefined) yield* sealed.files(manifest, table);
  }
}

function* eachUndamaged<T>(snapshot: string, items: Iterable<T>): Generator<T> {
  const iterator = items[Symbol.iterator]();
  for (;;) {
    const next = undamaged(snapshot, () => iterator.next());
    if (next.done) return;
    yield next.value;
  }
}

/** Errors of the formats become the snapshot's, by its name. */
function undamaged<T>(snapshot: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof HoldfastError) && !(error instanceof RangeError)) throw error;
    throw new SnapshotDamaged(
      `snapshot ${snapshot} cannot be used: ${error.message}`,
      'take a new snapshot of the table, or name another with --snapshot TABLE=NAME',
      { snapshot },
    );
  }
}
