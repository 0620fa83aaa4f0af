import { CLUSTER_ID_PATH } from '../../core/hbase/layout.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { indexKey, workPrefix } from '../../core/stack-layout.ts';
import type { cleanRestoreContract } from '../contracts/clean-restore.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { removeHold, removeUnpublished } from './drop-hold.ts';
import { RequestFile } from './request-file.ts';
import { snapshotsOfRestore } from './snapshots-of-restore.ts';

const MAX_INDEX = 256 * 1024 * 1024;

/**
 * After a failed restore: its hold goes, and of its snapshots those that were not published. Store files stay: HBase
 * may have archived one of the same name meanwhile, and its cleaner removes what nothing refers to. A snapshot that is
 * visible stays too: somebody may be cloning it.
 */
export const cleanRestore =
  (ports: { readonly objects: ObjectStore }, config: { readonly WORK_BUCKET: string }) =>
  async (input: InputOf<typeof cleanRestoreContract>): Promise<OutputOf<typeof cleanRestoreContract>> => {
    const { objects } = ports;
    const target = parseS3Uri(input.target, 'target');
    let deleted = 0;
    const visible: string[] = [];
    for (const snapshot of await snapshotsOfRestore(objects, target, input.run)) {
      deleted += await removeHold(objects, target, snapshot);
      const removed = await removeUnpublished(objects, target, snapshot);
      if (removed === undefined) visible.push(snapshot);
      else deleted += removed;
    }
    return { deleted, left: [await leftFiles(), leftSnapshots(visible)].filter((text) => text !== '').join('; ') };

    async function isThere(key: string): Promise<boolean> {
      for await (const object of objects.list(target.bucket, key)) if (object.key === key) return true;
      return false;
    }

    async function leftFiles(): Promise<string> {
      const request = await new RequestFile(objects, config.WORK_BUCKET, restoreRequest).find(input.root, input.run);
      if (request === undefined || request.check || request.dryRun || !(await isPlanned())) return '';
      return (await isThere(`${target.prefix}/${CLUSTER_ID_PATH}`))
        ? `files that it placed below ${target.uri}/archive are left to HBase's own cleaner`
        : `files that it placed below ${target.uri}/archive are left; the next restore uses them`;
    }

    /** A restore that failed before its plan was whole has placed nothing. */
    async function isPlanned(): Promise<boolean> {
      const key = indexKey(workPrefix(input.root, input.run), 'place');
      return (await objects.get(config.WORK_BUCKET, key, MAX_INDEX)) !== undefined;
    }
  };

const leftSnapshots = (names: readonly string[]): string =>
  names.length === 0 ? '' : `published before it failed, remove with delete_snapshot: ${names.slice(0, 5).join(', ')}`;
