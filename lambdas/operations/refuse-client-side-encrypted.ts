import { SourceUnreadable } from '../../core/errors/source-errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** What the client-side encryption of EMRFS and of the S3 encryption client leaves in an object's metadata. */
const MARKS = ['x-amz-key-v2', 'x-amz-key', 'x-amz-iv', 'x-amz-matdesc', 'x-amz-cek-alg'];

/**
 * Bytes that only the cluster's key provider can read: a copy would be restorable nowhere else and verified by nobody.
 * No listing shows it, so it is looked for where a size differs (encrypted objects are longer) and at one file a table.
 * @throws SourceUnreadable
 */
export async function refuseClientSideEncrypted(
  objects: Pick<ObjectStore, 'attributes'>,
  bucket: string,
  key: string,
): Promise<void> {
  const mark = MARKS.find(
    Set.prototype.has,
    new Set(Object.keys((await objects.attributes(bucket, key))?.metadata ?? {})),
  );
  if (mark === undefined) return;
  throw new SourceUnreadable(
    `s3://${bucket}/${key} is client-side-encrypted by EMRFS (its metadata has ${mark}), so its bytes cannot be verified`,
    'switch client-side encryption off (use SSE-KMS), run a major compaction of the table, take a new snapshot',
    { key },
  );
}
