import { parseS3Uri } from '../../core/s3-uri.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { holdPrefix } from './cleaner-hold.ts';
import { RequestFile } from './request-file.ts';

/** Removes the hold, every version of it. Idempotent: its names carry the restore's id, nobody else uses them. */
export const dropHold =
  (ports: { readonly objects: ObjectStore }, config: { readonly WORK_BUCKET: string }) =>
  async ({ root, run }: RunInput): Promise<{ deleted: number }> => {
    const { objects } = ports;
    const request = await new RequestFile(objects, config.WORK_BUCKET, restoreRequest).read(root, run);
    const target = parseS3Uri(request.target, 'target');
    let deleted = 0;
    for (const { snapshot } of request.tables) {
      const versions = objects.listVersions(target.bucket, holdPrefix(target, snapshot));
      deleted += await objects.deleteVersions(target.bucket, versions);
    }
    return { deleted };
  };
