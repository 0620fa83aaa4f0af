import { ImageDamaged } from '../../core/errors/image-errors.ts';
import { readSnapshotDescription, writeSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { RestoreRequest } from '../contracts/restore-request.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { SealedImage } from './sealed-image.ts';

/** The two files of a snapshot as the target gets them. */
export interface SnapshotToPublish {
  readonly name: string;
  /** `data.manifest`, as HBase wrote it. */
  readonly manifest: Uint8Array;
  /** `.snapshotinfo` under the new name: no TTL, made now, so that no cleaner finds it expired. */
  readonly info: Uint8Array;
}

/** The snapshots of a restore, one at a time; the same bytes at every run (I10). @throws ImageDamaged */
export async function* snapshotsToPublish(
  objects: ObjectStore,
  request: RestoreRequest,
): AsyncGenerator<SnapshotToPublish> {
  const image = new SealedImage(objects, parseS3Uri(request.root, 'root'), request.image);
  const sealed = await image.manifest(request.manifestSha256);
  for (const { table, snapshot: name } of request.tables) {
    const found = sealed.tables.find((one) => one.table === table);
    if (found === undefined) throw new ImageDamaged(`${request.image} has no table ${table}`, 'restore an older image');
    const { info, manifest } = await image.snapshot(found);
    const description = readSnapshotDescription(info, `.snapshotinfo of ${table}`);
    yield {
      name,
      manifest,
      info: writeSnapshotDescription({ ...description, name, ttlSeconds: 0, creationMs: request.startedAt }),
    };
  }
}
