import { Buffer } from 'node:buffer';
import { snapshotDirectory, snapshotInfoPath, snapshotManifestPath } from '../../core/hbase/layout.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { putAsIs } from './put-as-is.ts';
import type { SnapshotToPublish } from './snapshot-to-publish.ts';

/*
 * How a running HBase is kept from deleting files that nothing refers to yet. Measured on 2.4.18 and 2.6.4 with cleaners
 * at one second; nothing else than these two keeps a file:
 *
 * - both files in `.hbase-snapshot/.tmp/<name>/` (either alone does nothing): SnapshotHFileCleaner keeps what they name
 *   and goes on cleaning everything else. A starting master wipes `.tmp`, and the files go within seconds.
 * - `data.manifest` alone in the final directory: the cleaner of the whole cluster pauses, and list_snapshots shows
 *   nothing. It survives a starting master, and is too much for a copy of hours.
 *
 * So the first while files are copied, the second for the seconds between the last listing and `.snapshotinfo`. One
 * batch of the cleaner reads final directories first and `.tmp` after them: the hold goes only after publishing.
 */
const isInProgress = true;

/** Prefix of everything that the hold consists of. */
export const holdPrefix = (target: S3Uri, snapshot: string): string =>
  `${target.prefix}/${snapshotDirectory(snapshot, isInProgress)}`;

/** Keeps the files of the snapshot. Idempotent, and puts again what a starting master wiped. */
export async function holdOff(
  objects: Pick<ObjectStore, 'putOnce'>,
  target: S3Uri,
  { name, manifest, info }: SnapshotToPublish,
): Promise<void> {
  await putAsIs(objects, target, snapshotManifestPath(name, isInProgress), Buffer.from(manifest));
  await putAsIs(objects, target, snapshotInfoPath(name, isInProgress), Buffer.from(info));
}

/** Pauses the cleaner until `.snapshotinfo` stands beside it. Idempotent. */
export async function pause(
  objects: Pick<ObjectStore, 'putOnce'>,
  target: S3Uri,
  { name, manifest }: SnapshotToPublish,
): Promise<void> {
  await putAsIs(objects, target, snapshotManifestPath(name), Buffer.from(manifest));
}

/** Is the cleaner paused for this snapshot, or the snapshot there? */
export async function isPaused(objects: Pick<ObjectStore, 'list'>, target: S3Uri, snapshot: string): Promise<boolean> {
  const manifest = `${target.prefix}/${snapshotManifestPath(snapshot)}`;
  for await (const { key } of objects.list(target.bucket, manifest)) if (key === manifest) return true;
  return false;
}
