import { ImageDamaged } from '../core/errors/image-errors.ts';
import { UnknownAnswer } from '../core/errors/platform-errors.ts';
import type { FileEntry } from '../core/file-entry.ts';
import type { OpenStored } from '../core/hbase/scan/stored-file.ts';
import { SnapshotManifest } from '../core/hbase/snapshot-manifest.ts';
import type { SealedRecord } from '../core/image-choice.ts';
import { dataKey } from '../core/image-layout.ts';
import type { Manifest, ManifestTable } from '../core/manifest.ts';
import { parseS3Uri, type S3Uri } from '../core/s3-uri.ts';
import { findImage } from '../lambdas/operations/find-image.ts';
import { SealedImage } from '../lambdas/operations/sealed-image.ts';
import type { World } from './compose.ts';

const NEXT = 'holdfast verify finds all that is damaged; scan an older image';

/** A table of a COMPLETE image; all that was read of it had the digest that its record or manifest names. */
export class ImageTable {
  readonly record: SealedRecord;
  readonly table: ManifestTable;
  readonly snapshot: SnapshotManifest;
  /** Ranged reads of store files so far, and the bytes of them. */
  reads = 0;
  readBytes = 0;
  readonly #objects: World['objects'];
  readonly #root: S3Uri;
  readonly #sealed: SealedImage;
  readonly #manifest: Manifest;

  private constructor(
    objects: World['objects'],
    sealed: SealedImage,
    of: { record: SealedRecord; manifest: Manifest; table: ManifestTable; snapshot: SnapshotManifest },
  ) {
    this.#objects = objects;
    this.#root = sealed.root;
    this.#sealed = sealed;
    this.#manifest = of.manifest;
    this.record = of.record;
    this.table = of.table;
    this.snapshot = of.snapshot;
  }

  /** @throws ImageNotFound (with the tables that there are), ImageNotComplete, ImageDamaged */
  static async find(world: World, rootUri: string, image: string, name: string): Promise<ImageTable> {
    const { image: record } = await findImage(world.table, rootUri, image, [name]);
    const root = parseS3Uri(rootUri, 'root');
    const sealed = new SealedImage(world.objects, root, record.id);
    const manifest = await sealed.manifest(record.manifestSha256);
    const table = manifest.tables.find((one) => one.table === name);
    if (table === undefined) throw new ImageDamaged(`the manifest of ${record.id} does not have ${name}`, NEXT);
    const { manifest: dataManifest } = await sealed.snapshot(table);
    const snapshot = new SnapshotManifest(dataManifest, `data.manifest of ${name} in ${record.id}`);
    return new ImageTable(world.objects, sealed, { record, manifest, table, snapshot });
  }

  /**
   * Goes through the table's list, once, and answers how to open these files of it.
   * @throws ImageDamaged if the list is damaged, or does not have one of them in its size
   */
  async opener(paths: ReadonlyMap<string, number>): Promise<OpenStored> {
    const entries = new Map<string, FileEntry>();
    for await (const entry of this.#sealed.files(this.#manifest, this.table)) {
      if (paths.has(entry.path)) entries.set(entry.path, entry);
    }
    for (const [path, size] of paths) {
      if (entries.get(path)?.size === size) continue;
      const why = entries.has(path) ? `with ${entries.get(path)!.size} bytes instead of ${size}` : 'nowhere';
      throw new ImageDamaged(`${this.record.id} lists ${path}, which its snapshot needs, ${why}`, NEXT, { path });
    }
    return (path, size) => {
      const entry = entries.get(path);
      if (entry === undefined) throw new Error(`${path} was not asked for`);
      const where = `${path} of ${entry.holder}`;
      return { where, sizeBytes: size, read: (offset, length) => this.#read(entry, where, offset, length) };
    };
  }

  async #read(entry: FileEntry, where: string, offset: number, length: number): Promise<Uint8Array> {
    this.reads++;
    this.readBytes += length;
    const key = dataKey(this.#root, entry.holder, entry.path);
    try {
      return await this.#objects.getRange(this.#root.bucket, key, offset, length, entry.etag);
    } catch (error) {
      const status = error instanceof UnknownAnswer ? error.evidence.status : undefined;
      if (status === 404) throw new ImageDamaged(`${where} is missing`, NEXT, { path: entry.path });
      if (status !== 412 && status !== 416) throw error;
      throw new ImageDamaged(`${where} is not the object that was backed up`, NEXT, { path: entry.path });
    }
  }
}
