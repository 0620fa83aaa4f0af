import { VerificationFailed } from '../../core/errors/image-errors.ts';
import { SourceChanged, SourceFileMissing } from '../../core/errors/source-errors.ts';
import type { CopiedFile } from '../../core/file-entry.ts';
import { dataPrefix } from '../../core/image-layout.ts';
import type { SortedLookup } from '../../core/plan/sorted-lookup.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { CopyPlace } from './copy-file.ts';
import { HeldFiles } from './held-files.ts';
import type { PlannedRange } from './planned-range.ts';
import { madeFiles, sourceFiles } from './source-listing.ts';

/**
 * The source once more (R9): each copied file still is where it was copied from with the same ETag, or lies in another
 * area with the same size.
 * @throws SourceChanged, SourceFileMissing
 */
export async function assertSource(
  objects: Pick<ObjectStore, 'listPages'>,
  place: CopyPlace,
  range: PlannedRange,
): Promise<void> {
  const source = sourceFiles(objects, place.source, range.bounds.after);
  const made = madeFiles(objects, place.made, range.bounds.after);
  try {
    for (const { copied } of range.copies) {
      if (copied.area === 'made') {
        await assertMade(made, copied);
        continue;
      }
      const found = await source.find(copied.path);
      if (found === undefined) {
        throw new SourceFileMissing(
          `${copied.path}, ${copied.size} bytes, was copied and is gone from data/, archive/ and mobdir/ since`,
          'take a new snapshot of the table, then start the backup again',
          { path: copied.path },
        );
      }
      const isSame = found.size === copied.size && (found.area !== copied.area || found.etag === copied.sourceEtag);
      if (isSame) continue;
      throw new SourceChanged(
        `${copied.path} was replaced in ${found.area}/ while the backup ran: ${found.size} bytes, ETag ${found.etag}; copied were ${copied.size} bytes, ETag ${copied.sourceEtag}`,
        'HBase never changes a file: find out what wrote it; take a new snapshot, then start the backup again',
        { path: copied.path },
      );
    }
  } finally {
    await source.close();
    await made.close();
  }
}

/** What was made of logs lies in the work bucket until the session's end. */
async function assertMade(made: SortedLookup, copied: CopiedFile): Promise<void> {
  const found = await made.find(copied.path);
  if (found?.size === copied.size && found.etag === copied.sourceEtag) return;
  const what = found === undefined ? 'is gone from' : 'was replaced in';
  const Wrong = found === undefined ? SourceFileMissing : SourceChanged;
  throw new Wrong(
    `${copied.path}, ${copied.size} bytes, was made of the logs and ${what} the work bucket since it was copied`,
    'start the backup again',
    { path: copied.path },
  );
}

/** The files that older images hold are there, readable at once, with the size and ETag of their lists. @throws VerificationFailed */
export async function assertHolders(
  objects: Pick<ObjectStore, 'listPages'>,
  { root }: CopyPlace,
  range: PlannedRange,
): Promise<void> {
  const held = new HeldFiles(objects, root, range.bounds.after);
  try {
    for (const entry of range.shares) {
      const wrong = await held.wrongWith(entry);
      if (wrong === undefined) continue;
      const { path, holder } = entry;
      throw new VerificationFailed(
        `${wrong}, and the new image would list it`,
        `holdfast verify ${root.uri} ${holder}; then holdfast create full ${root.uri} … --standalone, which shares nothing`,
        { path, holder },
      );
    }
  } finally {
    await held.close();
  }
}

/** @throws VerificationFailed: an upload that somebody could still complete into the image */
export async function assertNoUploads(
  objects: Pick<ObjectStore, 'listUploads'>,
  { root, sessionId }: CopyPlace,
): Promise<void> {
  for await (const { key } of objects.listUploads(root.bucket, dataPrefix(root, sessionId))) {
    throw new VerificationFailed(
      `an unfinished upload of s3://${root.bucket}/${key} is left`,
      'start the backup again',
      {
        key,
      },
    );
  }
}
