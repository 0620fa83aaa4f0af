import { z } from 'zod';
import { snapshotDirectory, snapshotInfoPath } from '../../core/hbase/layout.ts';
import { abandonedPrefix } from '../../core/restore-layout.ts';
import { parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { holdPrefix } from './cleaner-hold.ts';
import { RequestFile } from './request-file.ts';

const abandonedNote = z.object({ snapshot: z.string().startsWith('holdfast_') });

/**
 * Removes the hold, every version of it, and what stopped restores left whose tables this one took over. Idempotent:
 * the names carry the restores' ids, nobody else uses them.
 */
export const dropHold =
  (ports: { readonly objects: ObjectStore }, config: { readonly WORK_BUCKET: string }) =>
  async ({ root, run }: RunInput): Promise<{ deleted: number }> => {
    const { objects } = ports;
    const request = await new RequestFile(objects, config.WORK_BUCKET, restoreRequest).read(root, run);
    const target = parseS3Uri(request.target, 'target');
    let deleted = 0;
    for (const { snapshot } of request.tables) deleted += await removeHold(objects, target, snapshot);
    for await (const { key } of objects.list(config.WORK_BUCKET, abandonedPrefix(workPrefix(root, run)))) {
      const note = await objects.get(config.WORK_BUCKET, key, 1 << 16);
      if (note === undefined) continue;
      const { snapshot } = abandonedNote.parse(JSON.parse(Buffer.from(note.bytes).toString('utf8')));
      deleted += await removeHold(objects, target, snapshot);
      deleted += (await removeUnpublished(objects, target, snapshot)) ?? 0;
    }
    return { deleted };
  };

async function removeHold(objects: ObjectStore, target: S3Uri, snapshot: string): Promise<number> {
  const versions = objects.listVersions(target.bucket, holdPrefix(target, snapshot));
  return objects.deleteVersions(target.bucket, versions);
}

/** How many objects went; `undefined` if the snapshot is visible and so stays: somebody may be cloning it. */
export async function removeUnpublished(
  objects: ObjectStore,
  target: S3Uri,
  snapshot: string,
): Promise<number | undefined> {
  const info = `${target.prefix}/${snapshotInfoPath(snapshot)}`;
  for await (const { key } of objects.list(target.bucket, info)) if (key === info) return undefined;
  const versions = objects.listVersions(target.bucket, `${target.prefix}/${snapshotDirectory(snapshot)}`);
  return objects.deleteVersions(target.bucket, versions);
}
