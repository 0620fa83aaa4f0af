import { SNAPSHOTS_PATH } from '../../core/hbase/layout.ts';
import { isSnapshotOfRestore, RESTORED } from '../../core/restore-names.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/**
 * The snapshots of one run that a target has anything of, held or published: found by their names, which carry the
 * restore's id and are nobody else's. No request is needed, which may have expired in the work bucket.
 */
export async function snapshotsOfRestore(
  objects: Pick<ObjectStore, 'listVersions'>,
  target: S3Uri,
  run: string,
): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const directory of ['', '.tmp/']) {
    const prefix = `${target.prefix}/${SNAPSHOTS_PATH}/${directory}`;
    for await (const { key } of objects.listVersions(target.bucket, `${prefix}${RESTORED}`)) {
      const name = key.slice(prefix.length).split('/')[0] ?? '';
      if (isSnapshotOfRestore(name, run)) names.add(name);
    }
  }
  return names;
}
