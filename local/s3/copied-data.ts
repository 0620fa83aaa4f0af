import { type Checksum, type ChecksumAlgorithm, hash, hasherOf } from './checksum.ts';
import { readSegments } from './object-body.ts';
import type { StoredData } from './object-version.ts';
import type { S3Call } from './s3-call.ts';

/**
 * The same bytes as an object of their own. Reads them only where MD5 or checksum of the whole are not known yet
 * (a multipart or composite source, a range, another algorithm).
 */
export async function copiedData(
  s3: S3Call,
  source: Omit<StoredData, 'checksum'> & { readonly checksum?: Checksum | undefined },
  algorithm: ChecksumAlgorithm,
): Promise<StoredData> {
  const { segments, size, md5, checksum } = source;
  const isKnown = checksum?.algorithm === algorithm && checksum.type === 'FULL_OBJECT';
  if (isKnown && md5 !== undefined) return { segments, size, md5, checksum };
  const md5Hasher = hash('md5');
  const hasher = hasherOf[algorithm]();
  for await (const chunk of readSegments(s3.blobs, segments)) {
    md5Hasher.update(chunk);
    hasher.update(chunk);
  }
  return {
    segments,
    size,
    md5: Buffer.from(await md5Hasher.digest(), 'base64').toString('hex'),
    checksum: { algorithm, type: 'FULL_OBJECT', value: await hasher.digest() },
  };
}
