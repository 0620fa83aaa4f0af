import { ImageDamaged } from '../../core/errors/image-errors.ts';
import { readSnapshotDescription, writeSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import type { RestoreRequest } from '../contracts/restore-request.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { publishedManifest } from './planned-descriptor.ts';
import { PlannedTables } from './planned-tables.ts';
import { SealedImage } from './sealed-image.ts';

/** An owner may clone and delete a snapshot without being an administrator: the source's is nobody in the target. */
const OWNER = 'holdfast';

/** The two files of a snapshot as the target gets them. */
export interface SnapshotToPublish {
  readonly name: string;
  /** `data.manifest`, as HBase wrote it but for the planned changes of the descriptor. */
  readonly manifest: Uint8Array;
  /** `.snapshotinfo` under the new name: no TTL, made now, so that no cleaner finds it expired; {@link OWNER}. */
  readonly info: Uint8Array;
}

/** The snapshots of a restore, as planned, one at a time; the same bytes at every run (I10). @throws ImageDamaged */
export async function* snapshotsToPublish(
  objects: ObjectStore,
  workBucket: string,
  request: RestoreRequest,
): AsyncGenerator<SnapshotToPublish> {
  const image = new SealedImage(objects, parseS3Uri(request.root, 'root'), request.image);
  const sealed = await image.manifest(request.manifestSha256);
  const plan = new PlannedTables(objects, workBucket, workPrefix(request.root, request.run));
  for (const [i, { table, snapshot: name }] of request.tables.entries()) {
    const found = sealed.tables.find((one) => one.table === table);
    if (found === undefined) throw new ImageDamaged(`${request.image} has no table ${table}`, 'restore an older image');
    const { info, manifest } = await image.snapshot(found);
    const description = readSnapshotDescription(info, `.snapshotinfo of ${table}`);
    const { changes = [] } = (await plan.read(i)).restore ?? {};
    yield {
      name,
      manifest:
        changes.length === 0
          ? manifest
          : publishedManifest(
              manifest,
              new SnapshotManifest(manifest, `data.manifest of ${table}`).tableSchema,
              changes,
            ),
      info: writeSnapshotDescription({
        ...description,
        name,
        owner: OWNER,
        ttlSeconds: 0,
        creationMs: request.startedAt,
      }),
    };
  }
}
