import { ImageConflict } from '../../core/errors/image-errors.ts';
import { SourceChanged, SourceFileMissing, SourceUnreadable } from '../../core/errors/source-errors.ts';
import type { CopiedFile, SourceArea } from '../../core/file-entry.ts';
import { dataKey } from '../../core/image-layout.ts';
import type { PlannedCopy } from '../../core/plan/planned-line.ts';
import { SOURCE_AREAS } from '../../core/plan/source-files.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { findExactly } from './find-exactly.ts';
import { type MadePlace, madeKey, sourceKey } from './source-listing.ts';

export interface CopyPlace {
  readonly source: S3Uri;
  readonly root: S3Uri;
  readonly sessionId: string;
  readonly made: MadePlace;
}

/** By these a copy whose answer was lost is known as ours, and an earlier run's results are made again. */
export const SESSION_METADATA = 'holdfast-session';
export const ETAG_METADATA = 'holdfast-source-etag';
export const AREA_METADATA = 'holdfast-source-area';

const NEW_SNAPSHOT = 'take a new snapshot of the table, then start the backup again';

/**
 * Copies one planned file into the image. One that HBase archived (or moved) since the plan is found again in its new
 * place (R2); the same path with other content is refused.
 * @throws SourceFileMissing, SourceChanged, SourceUnreadable, ImageConflict
 */
export async function copyFile(
  objects: Pick<ObjectStore, 'copy' | 'list'>,
  place: CopyPlace,
  file: PlannedCopy,
): Promise<CopiedFile> {
  const first = await tryCopy(objects, place, file, file.area, file.etag);
  if (first !== 'MISSING') return first;
  if (file.area === 'made') {
    throw new SourceFileMissing(
      `${describe(file)} was made of the logs and is gone from the work bucket`,
      'start the backup again',
      evidenceOf(file),
    );
  }
  // Twice around: a file may move behind our back while we look for it.
  for (let round = 0; round < 2; round++) {
    for (const area of SOURCE_AREAS) {
      const found = await findExactly(objects, place.source.bucket, sourceKey(place.source, area, file.path));
      if (found === undefined) continue;
      if (found.size !== file.size) throw changed(file, `has ${found.size} bytes in ${area}/ instead of ${file.size}`);
      const copied = await tryCopy(objects, place, file, area, found.etag);
      if (copied !== 'MISSING') return copied;
    }
  }
  throw new SourceFileMissing(
    `${describe(file)} is gone: neither in data/ nor in archive/ nor in mobdir/`,
    NEW_SNAPSHOT,
    evidenceOf(file),
  );
}

async function tryCopy(
  objects: Pick<ObjectStore, 'copy'>,
  { source, root, sessionId, made }: CopyPlace,
  file: PlannedCopy,
  area: SourceArea,
  sourceEtag: string,
): Promise<CopiedFile | 'MISSING'> {
  const isMade = area === 'made';
  const outcome = await objects.copy({
    sourceBucket: isMade ? made.bucket : source.bucket,
    sourceKey: isMade ? madeKey(made, file.path) : sourceKey(source, area, file.path),
    sourceEtag,
    size: file.size,
    bucket: root.bucket,
    key: dataKey(root, sessionId, file.path),
    metadata: { [SESSION_METADATA]: sessionId, [ETAG_METADATA]: sourceEtag, [AREA_METADATA]: area },
  });
  const { path, size } = file;
  switch (outcome.decision) {
    case 'COPIED': {
      const { etag, checksum, versionId } = outcome;
      return { path, size, area, sourceEtag, etag, checksum, ...(versionId !== undefined && { versionId }) };
    }
    case 'MISSING':
      return 'MISSING';
    case 'CHANGED':
      throw changed(file, `has other content in ${area}/ than when the backup was planned`);
    case 'UNREADABLE':
      throw new SourceUnreadable(
        `${describe(file)} cannot be read in ${area}/: ${outcome.reason}`,
        'make it readable for the stack (policy, key, storage class), then start the backup again',
        evidenceOf(file),
      );
    case 'EXISTS':
      throw new ImageConflict(
        `s3://${root.bucket}/${dataKey(root, sessionId, path)} is there already and is no copy of this session`,
        'find out who else writes below the backup root, then start the backup again',
        evidenceOf(file),
      );
  }
}

const evidenceOf = ({ path, size }: PlannedCopy) => {
  const [namespace = '', table = '', region = '', family = '', name = ''] = path.split('/');
  return { namespace, table, region, family, file: name, sizeBytes: size, path };
};

function describe(file: PlannedCopy): string {
  const { namespace, table, region, family, file: name } = evidenceOf(file);
  const tableText = namespace === 'default' ? table : `${namespace}:${table}`;
  return `file ${name} of table ${tableText}, region ${region}, family ${family}, ${file.size} bytes,`;
}

const changed = (file: PlannedCopy, how: string) =>
  new SourceChanged(
    `${describe(file)} ${how}`,
    `HBase never changes a file: find out what wrote it; ${NEW_SNAPSHOT}`,
    evidenceOf(file),
  );
