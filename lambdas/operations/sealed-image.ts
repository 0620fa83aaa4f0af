import type { BackupId } from '../../core/backup-id.ts';
import { type ClusterDescription, decodeCluster } from '../../core/cluster-description.ts';
import { LinesDamaged, readCompressedLines } from '../../core/compressed-lines.ts';
import { sha256, TextDigest } from '../../core/digest.ts';
import { ImageDamaged } from '../../core/errors/image-errors.ts';
import type { FileEntry } from '../../core/file-entry.ts';
import { readFileEntry } from '../../core/file-entry-line.ts';
import { compareUtf8 } from '../../core/hbase/utf8-order.ts';
import {
  CLUSTER_NAME,
  fileListName,
  imagePrefix,
  manifestKey,
  POSITIONS_NAME,
  STORE_FILES_NAME,
  snapshotName,
} from '../../core/image-layout.ts';
import {
  decodeManifest,
  expectImage,
  MAX_MANIFEST_BYTES,
  type Manifest,
  type ManifestTable,
} from '../../core/manifest.ts';
import { type PositionLine, positionLineSchema, readSidecarLine } from '../../core/position-line.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** A manifest is a header: 10,000 tables of 500 bytes are 5 MB. */
/** HBase's own limit for a manifest is 64 MB (`snapshot.manifest.size.limit`), raised by some. */
const MAX_SNAPSHOT_FILE = 512 * 1024 * 1024;

const OTHER_IMAGE = 'restore an older image; holdfast history shows them';

/** A sealed image as it lies in S3: everything read from it is compared with the digest that its reader trusts. */
export class SealedImage {
  readonly #objects: ObjectStore;
  readonly root: S3Uri;
  readonly id: BackupId;

  constructor(objects: ObjectStore, root: S3Uri, id: BackupId) {
    this.#objects = objects;
    this.root = root;
    this.id = id;
  }

  /**
   * The manifest, if it is the one that the image's record names.
   * @throws ImageDamaged, ManifestVoided
   */
  async manifest(sha256OfRecord: string): Promise<Manifest> {
    const key = manifestKey(this.root, this.id);
    const where = `s3://${this.root.bucket}/${key}`;
    const object = await this.#objects.get(this.root.bucket, key, MAX_MANIFEST_BYTES);
    if (object === undefined) throw new ImageDamaged(`${where} is missing`, OTHER_IMAGE, { where });
    const { manifest, sha256: found } = expectImage(decodeManifest(object.bytes, where), where);
    if (found !== sha256OfRecord) {
      throw new ImageDamaged(`${where} is not the manifest that the system table recorded`, OTHER_IMAGE, {
        where,
        found,
        recorded: sha256OfRecord,
      });
    }
    if (manifest.id !== this.id || manifest.root !== this.root.uri) {
      throw new ImageDamaged(`${where} is the manifest of ${manifest.id} of ${manifest.root}`, OTHER_IMAGE, { where });
    }
    return manifest;
  }

  /**
   * The files of a table in order, streamed. The last one comes only after count, bytes, order and digest of the whole
   * list were found right; who uses files before that must be able to undo it.
   * @throws ImageDamaged
   */
  async *files(manifest: Manifest, table: ManifestTable): AsyncGenerator<FileEntry> {
    const key = `${imagePrefix(this.root, this.id)}${fileListName(table.index)}`;
    const where = `s3://${this.root.bucket}/${key}`;
    const damaged = (why: string) => new ImageDamaged(`${where} ${why}`, OTHER_IMAGE, { where });
    const pieces = await this.#objects.getStream(this.root.bucket, key);
    if (pieces === undefined) throw damaged('is missing');
    const digest = new TextDigest();
    const holders = new Set([this.id, ...manifest.holders]);
    let files = 0;
    let bytes = 0;
    let before: FileEntry | undefined;
    for await (const line of this.#lines(pieces, damaged)) {
      digest.update(`${line}\n`);
      const entry = readFileEntry(line, where);
      if (before !== undefined && compareUtf8(before.path, entry.path) >= 0) throw damaged('is not in order');
      if (!holders.has(entry.holder)) throw damaged(`names the holder ${entry.holder}, which the manifest does not`);
      if (before !== undefined) yield before;
      before = entry;
      files++;
      bytes += entry.size;
    }
    if (files !== table.files || bytes !== table.bytes) {
      throw damaged(`lists ${files} files of ${bytes} bytes; sealed were ${table.files} of ${table.bytes}`);
    }
    if (digest.hex() !== table.listSha256) throw damaged('does not have the digest that the manifest names');
    if (before !== undefined) yield before;
  }

  /** The two files of the table's snapshot, verbatim. @throws ImageDamaged */
  async snapshot(table: ManifestTable): Promise<{ readonly info: Uint8Array; readonly manifest: Uint8Array }> {
    const info = await this.#whole(snapshotName(table.index, '.snapshotinfo'), table.snapshotInfoSha256);
    return { info, manifest: await this.#whole(snapshotName(table.index, 'data.manifest'), table.dataManifestSha256) };
  }

  /** @throws ImageDamaged unless the sidecars are there with the manifest's digests, which are of their text */
  async checkPositions(manifest: Manifest): Promise<void> {
    for await (const _ of this.#sidecar(POSITIONS_NAME, manifest.positionsSha256));
    const { storeFilesSha256 } = manifest;
    if (storeFilesSha256 != null) for await (const _ of this.#sidecar(STORE_FILES_NAME, storeFilesSha256));
    await this.cluster(manifest);
  }

  /** What the source's files showed besides its tables; undefined: an image from before that was written. @throws ImageDamaged */
  async cluster({ clusterSha256 }: Manifest): Promise<ClusterDescription | undefined> {
    if (clusterSha256 === undefined) return undefined;
    const cluster = decodeCluster(await this.#whole(CLUSTER_NAME, clusterSha256));
    if (cluster === undefined) throw this.#damaged(CLUSTER_NAME, 'cannot be read');
    return cluster;
  }

  /** By table: up to where the image has it, and where the logs go on. @throws ImageDamaged */
  async positions(manifest: Manifest): Promise<ReadonlyMap<string, PositionLine>> {
    const positions = new Map<string, PositionLine>();
    for await (const line of this.#sidecar(POSITIONS_NAME, manifest.positionsSha256)) {
      const parsed = readSidecarLine(positionLineSchema, line);
      if (!parsed) throw this.#damaged(POSITIONS_NAME, `has a line that cannot be read: ${line.slice(0, 200)}`);
      positions.set(parsed.table, parsed);
    }
    return positions;
  }

  /** Lines about the store files that the source's regions were known to have; none if no table was made from logs. @throws ImageDamaged */
  async *storeFiles({ storeFilesSha256 }: Manifest): AsyncGenerator<string> {
    if (storeFilesSha256 != null) yield* this.#sidecar(STORE_FILES_NAME, storeFilesSha256);
  }

  /** The lines of a sidecar; behind the last one its digest is compared. */
  async *#sidecar(name: string, expected: string): AsyncGenerator<string> {
    const damaged = (why: string) => this.#damaged(name, why);
    const pieces = await this.#objects.getStream(this.root.bucket, `${imagePrefix(this.root, this.id)}${name}`);
    if (pieces === undefined) throw damaged('is missing');
    const digest = new TextDigest();
    for await (const line of this.#lines(pieces, damaged)) {
      digest.update(`${line}\n`);
      yield line;
    }
    if (digest.hex() !== expected) throw damaged('does not have the digest that the manifest names');
  }

  #damaged(name: string, why: string): ImageDamaged {
    const where = `s3://${this.root.bucket}/${imagePrefix(this.root, this.id)}${name}`;
    return new ImageDamaged(`${where} ${why}`, OTHER_IMAGE, { where });
  }

  async #whole(name: string, expected: string): Promise<Uint8Array> {
    const key = `${imagePrefix(this.root, this.id)}${name}`;
    const where = `s3://${this.root.bucket}/${key}`;
    const object = await this.#objects.get(this.root.bucket, key, MAX_SNAPSHOT_FILE);
    if (object === undefined) throw new ImageDamaged(`${where} is missing`, OTHER_IMAGE, { where });
    if (sha256(object.bytes) !== expected) {
      throw new ImageDamaged(`${where} does not have the digest that the manifest names`, OTHER_IMAGE, { where });
    }
    return object.bytes;
  }

  async *#lines(pieces: AsyncIterable<Uint8Array>, damaged: (why: string) => ImageDamaged): AsyncGenerator<string> {
    const lines = readCompressedLines(pieces);
    while (true) {
      let next: IteratorResult<string>;
      try {
        next = await lines.next();
      } catch (error) {
        if (error instanceof LinesDamaged) throw damaged(`cannot be read: ${error.message}`);
        throw error;
      }
      if (next.done) return;
      yield next.value;
    }
  }
}
