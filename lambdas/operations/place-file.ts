import { TargetExists, VerificationFailed } from '../../core/errors/image-errors.ts';
import type { FileEntry } from '../../core/file-entry.ts';
import { dataKey } from '../../core/image-layout.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { hasSameContent } from './same-content.ts';

/** One line of a chunk's results: where the file is now, and whether this restore put it there. */
export interface PlacedFile {
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly action: 'copied' | 'reused';
}

/** HBase finds files of a snapshot in `archive/` when they are not in `data/`: ExportSnapshot's layout. */
export const archivePrefix = (target: S3Uri): string => `${target.prefix}/archive/data/`;

/** The two places of one file. */
export function placesOf(root: S3Uri, target: S3Uri, entry: FileEntry) {
  return {
    held: { bucket: root.bucket, key: dataKey(root, entry.holder, entry.path) },
    there: { bucket: target.bucket, key: `${archivePrefix(target)}${entry.path}` },
  };
}

/**
 * Copies a file below the target's `archive/`, If-None-Match. One that is there already with the same bytes is used;
 * none is ever replaced.
 * @throws TargetExists if the target's file has other bytes, VerificationFailed if the image's is no longer as sealed,
 * and what `refuseIfLate` throws
 */
export async function placeFile(
  objects: Pick<ObjectStore, 'copy' | 'attributes' | 'getStream'>,
  run: {
    readonly root: S3Uri;
    readonly target: S3Uri;
    readonly restoreId: string;
    readonly refuseIfLate: () => void;
  },
  entry: FileEntry,
): Promise<PlacedFile> {
  const { held, there } = placesOf(run.root, run.target, entry);
  const outcome = await objects.copy({
    sourceBucket: held.bucket,
    sourceKey: held.key,
    sourceEtag: entry.etag,
    size: entry.size,
    bucket: there.bucket,
    key: there.key,
    // What a copy whose answer was lost is known by as ours.
    metadata: { 'holdfast-restore': run.restoreId, 'holdfast-source-etag': entry.etag },
  });
  const placed = { path: entry.path, size: entry.size };
  if (outcome.decision === 'COPIED') {
    if (outcome.checksum.value === entry.checksum.value) return { ...placed, etag: outcome.etag, action: 'copied' };
    throw changed(entry, `was copied with the checksum ${outcome.checksum.value} instead of ${entry.checksum.value}`);
  }
  if (outcome.decision === 'EXISTS') {
    const found = await objects.attributes(there.bucket, there.key);
    // Taken by the cleaner between the copy and this look: whoever checks the target copies it again.
    if (found === undefined) return { ...placed, etag: '', action: 'reused' };
    if (await hasSameContent(objects, entry, held, there, run.refuseIfLate))
      return { ...placed, etag: found.etag, action: 'reused' };
    throw new TargetExists(
      `s3://${there.bucket}/${there.key} is there with other bytes than ${entry.path} of ${entry.holder}`,
      'restore into another target; nothing was replaced',
      { target: run.target.uri, path: entry.path },
    );
  }
  throw changed(
    entry,
    outcome.decision === 'UNREADABLE' ? `cannot be read: ${outcome.reason}` : outcome.decision.toLowerCase(),
  );
}

function changed(entry: FileEntry, what: string): VerificationFailed {
  return new VerificationFailed(
    `${entry.path} of ${entry.holder} ${what}: it is no longer as it was sealed`,
    'restore an older image; holdfast history shows them',
    { holder: entry.holder, path: entry.path },
  );
}
