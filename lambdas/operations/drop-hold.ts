import { snapshotDirectory, snapshotInfoPath, snapshotManifestPath } from '../../core/hbase/layout.ts';
import { parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { holdPrefix } from './cleaner-hold.ts';
import { RequestFile } from './request-file.ts';

/** Removes the hold, every version of it. Idempotent: the names carry the restore's id, nobody else uses them. */
export const dropHold =
  (ports: { readonly objects: ObjectStore }, config: { readonly WORK_BUCKET: string }) =>
  async ({ root, run }: RunInput): Promise<{ deleted: number }> => {
    const { objects } = ports;
    const request = await new RequestFile(objects, config.WORK_BUCKET, restoreRequest).read(root, run);
    const target = parseS3Uri(request.target, 'target');
    let deleted = 0;
    for (const { snapshot } of request.tables) deleted += await removeHold(objects, target, snapshot);
    return { deleted };
  };

export async function removeHold(objects: ObjectStore, target: S3Uri, snapshot: string): Promise<number> {
  const versions = objects.listVersions(target.bucket, holdPrefix(target, snapshot));
  return objects.deleteVersions(target.bucket, versions);
}

/**
 * How many objects went; `undefined` if the snapshot is visible and whole, and so stays: somebody may be cloning it.
 * A `.snapshotinfo` without its `data.manifest` came late and goes: nobody can clone that.
 */
export async function removeUnpublished(
  objects: ObjectStore,
  target: S3Uri,
  snapshot: string,
): Promise<number | undefined> {
  const directory = `${target.prefix}/${snapshotDirectory(snapshot)}`;
  const there = new Set<string>();
  for await (const { key } of objects.list(target.bucket, directory)) there.add(key);
  const isWhole = [snapshotInfoPath(snapshot), snapshotManifestPath(snapshot)].every((path) =>
    there.has(`${target.prefix}/${path}`),
  );
  if (isWhole) return undefined;
  const versions = objects.listVersions(target.bucket, directory);
  return objects.deleteVersions(target.bucket, versions);
}
