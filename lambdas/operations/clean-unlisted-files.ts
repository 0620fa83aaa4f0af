import { TextDigest } from '../../core/digest.ts';
import { ImageConflict } from '../../core/errors/image-errors.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { compareUtf8 } from '../../core/hbase/utf8-order.ts';
import { dataKey, dataPrefix } from '../../core/image-layout.ts';
import type { UnlistedFiles } from '../../core/items.ts';
import { parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import type { cleanUnlistedFilesContract } from '../contracts/clean-unlisted-files.contract.ts';
import type { RemovalInput } from '../contracts/removal-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ListedVersion, ObjectStore } from '../ports/object-store.ts';
import type { StepRun } from '../ports/step-run.ts';
import { manifestMarker } from './manifest-marker.ts';
import { type AuthorityPorts, assertAuthority } from './removal-authority.ts';
import { workLines } from './work-lines.ts';

type Ports = AuthorityPorts & { readonly objects: ObjectStore; readonly clock: Clock };

/**
 * {@link cleanUnlistedFilesContract}. By the frozen list alone: what another image lists since is on no such list. The
 * whole list is read and its digest compared before anything is deleted; then it and the listing of the prefix are
 * streamed side by side. Stops in time; safe to repeat.
 * @throws Superseded, InvalidInput, UnknownAnswer; ImageConflict while a manifest is sealed there (I1)
 */
export const cleanUnlistedFiles =
  (ports: Ports, config: { readonly WORK_BUCKET: string }) =>
  async (input: RemovalInput, { stopAt }: StepRun): Promise<OutputOf<typeof cleanUnlistedFilesContract>> => {
    const entry = await assertAuthority(ports, input, 'unlisted files');
    const unlisted = entry?.unlisted;
    if (unlisted === undefined || unlisted.files === 0) return { deleted: 0, isDone: true };
    // Deleted whole since: nothing of it is left, and its list may be gone as well.
    if ((await ports.table.getImageState(input.root, input.sessionId)) === undefined)
      return { deleted: 0, isDone: true };
    const root = parseS3Uri(input.root, 'root');
    const { objects, clock } = ports;
    const { kind } = await manifestMarker(objects, root, input.sessionId);
    if (kind === 'SEALED') {
      throw new ImageConflict(
        `the manifest of ${input.sessionId} is sealed: nothing that it lists is deleted`,
        `holdfast cleanup ${root.uri}`,
        { image: input.sessionId },
      );
    }
    await requireWhole(objects, config.WORK_BUCKET, unlisted);
    let isDone = true;
    async function* doomed() {
      for await (const version of versionsOf(objects, config.WORK_BUCKET, root, input.sessionId, unlisted!)) {
        if (clock.now() >= stopAt) {
          isDone = false;
          return;
        }
        yield version;
      }
    }
    const deleted = await objects.deleteVersions(root.bucket, doomed());
    return { deleted, isDone };
  };

/** @throws UnknownAnswer unless it is the list that was frozen */
async function requireWhole(
  objects: ObjectStore,
  bucket: string,
  { key, files, sha256 }: UnlistedFiles,
): Promise<void> {
  const digest = new TextDigest();
  let lines = 0;
  for await (const line of workLines(objects, bucket, key)) {
    digest.update(`${line}\n`);
    lines++;
  }
  if (lines === files && digest.hex() === sha256) return;
  throw new UnknownAnswer(
    `s3://${bucket}/${key} is not the list that was frozen; nothing was deleted`,
    "put back the version of the object that has the entry's digest",
    { key },
  );
}

/** Every version of the listed paths below the image. */
async function* versionsOf(
  objects: ObjectStore,
  workBucket: string,
  root: S3Uri,
  id: string,
  { key }: UnlistedFiles,
): AsyncGenerator<ListedVersion> {
  const paths = workLines(objects, workBucket, key);
  try {
    let path = await paths.next();
    for await (const version of objects.listVersions(root.bucket, dataPrefix(root, id))) {
      while (!path.done && compareUtf8(dataKey(root, id, path.value), version.key) < 0) path = await paths.next();
      if (path.done) return;
      if (dataKey(root, id, path.value) === version.key) yield version;
    }
  } finally {
    await paths.return(undefined);
  }
}
