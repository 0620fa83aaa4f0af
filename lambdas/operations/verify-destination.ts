import { VerificationFailed } from '../../core/errors/image-errors.ts';
import { compareUtf8 } from '../../core/hbase/utf8-order.ts';
import { dataPrefix } from '../../core/image-layout.ts';
import type { ListedVersion, ObjectStore } from '../ports/object-store.ts';
import type { CopyPlace } from './copy-file.ts';
import type { PlannedRange } from './planned-range.ts';

/** How many differences are named; their number is always given. */
const NAMED = 5;

/**
 * The destination's versions in the range's bounds are exactly the copies: one version each, size and ETag as answered
 * when it was written, no delete marker, no other key.
 * @throws VerificationFailed naming the first differences
 */
export async function assertDestination(
  objects: Pick<ObjectStore, 'listVersions'>,
  place: CopyPlace,
  range: PlannedRange,
): Promise<void> {
  const differences: string[] = [];
  let count = 0;
  const differ = (what: string) => {
    count++;
    if (differences.length < NAMED) differences.push(what);
  };
  let at = 0;
  let found = 0;
  const pass = (path: string | undefined) => {
    for (; at < range.copies.length; at++) {
      const { copied } = range.copies[at]!;
      if (path !== undefined && compareUtf8(copied.path, path) >= 0) return;
      if (found === 0) differ(`${copied.path} is missing`);
      found = 0;
    }
  };
  for await (const { path, version } of versionsWithin(objects, place, range)) {
    pass(path);
    const expected = range.copies[at]?.copied;
    if (version.isDeleteMarker) differ(`${path} has a delete marker`);
    else if (expected?.path !== path) differ(`${path} was not planned`);
    else if (++found > 1) differ(`${path} has ${found} versions`);
    else if (version.size !== expected.size) differ(`${path} has ${version.size} bytes instead of ${expected.size}`);
    else if (version.etag !== expected.etag) differ(`${path} has ETag ${version.etag} instead of ${expected.etag}`);
    else if (expected.versionId !== undefined && expected.versionId !== version.versionId) {
      differ(`${path} has version ${version.versionId} instead of ${expected.versionId}`);
    }
  }
  pass(undefined);
  if (count === 0) return;
  throw new VerificationFailed(
    `the image differs from its plan in ${count} places: ${differences.join('; ')}${count > NAMED ? '; …' : ''}`,
    'find out who else writes or deletes below the backup root, then start the backup again',
    { differences: count, image: place.sessionId },
  );
}

async function* versionsWithin(
  objects: Pick<ObjectStore, 'listVersions'>,
  { root, sessionId }: CopyPlace,
  { bounds: { after, upTo } }: PlannedRange,
): AsyncGenerator<{ path: string; version: ListedVersion }> {
  const prefix = dataPrefix(root, sessionId);
  // A key marker lists what comes behind the key: the versions of `after` belong to the range before.
  const options = after === undefined ? {} : { keyMarker: `${prefix}${after}` };
  for await (const version of objects.listVersions(root.bucket, prefix, options)) {
    const path = version.key.slice(prefix.length);
    if (upTo !== undefined && compareUtf8(path, upTo) > 0) return;
    yield { path, version };
  }
}
