import { Buffer } from 'node:buffer';
import { snapshotDirectory, snapshotInfoPath, snapshotManifestPath } from '../../core/hbase/layout.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SnapshotToPublish } from './snapshot-to-publish.ts';

/**
 * How a running HBase is kept from deleting files that nothing refers to yet; the only place that knows. A snapshot in
 * `.hbase-snapshot/.tmp/<name>/` counts for SnapshotHFileCleaner like one that is being taken: its files are kept, all
 * others are cleaned as ever. (A starting master wipes `.tmp`, so the hold is looked for again before publishing.)
 */
const isInProgress = true;

/** Prefix of everything that the hold consists of. */
export const holdPrefix = (target: S3Uri, snapshot: string): string =>
  `${target.prefix}/${snapshotDirectory(snapshot, isInProgress)}`;

/** The manifest first: a description without one would stop the cleaner of the whole cluster. Idempotent. */
export async function holdOff(
  objects: Pick<ObjectStore, 'putOnce'>,
  target: S3Uri,
  snapshot: SnapshotToPublish,
): Promise<void> {
  const { name, manifest, info } = snapshot;
  await objects.putOnce(
    target.bucket,
    `${target.prefix}/${snapshotManifestPath(name, isInProgress)}`,
    Buffer.from(manifest),
  );
  await objects.putOnce(target.bucket, `${target.prefix}/${snapshotInfoPath(name, isInProgress)}`, Buffer.from(info));
}

export async function isHeldOff(objects: Pick<ObjectStore, 'list'>, target: S3Uri, snapshot: string): Promise<boolean> {
  const there = new Set<string>();
  for await (const { key } of objects.list(target.bucket, holdPrefix(target, snapshot))) there.add(key);
  return (
    there.has(`${target.prefix}/${snapshotManifestPath(snapshot, isInProgress)}`) &&
    there.has(`${target.prefix}/${snapshotInfoPath(snapshot, isInProgress)}`)
  );
}
