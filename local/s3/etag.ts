import { createHash } from 'node:crypto';
import type { IdSource } from './id-source.ts';
import type { Encryption, StoredData } from './object-version.ts';

/** The MD5 of the bytes, or under KMS a value that says nothing of them (API reference, "Object": ETag). */
export function etagOf(data: StoredData, encryption: Encryption, ids: IdSource): string {
  if (encryption.ServerSideEncryption === 'AES256') return data.md5!;
  return createHash('md5')
    .update(`${data.md5}${ids.next('version')}`)
    .digest('hex');
}

/** The MD5 of the parts' ETags, and their number. */
export function multipartEtag(etags: readonly string[]): string {
  const md5 = createHash('md5');
  for (const etag of etags) md5.update(Buffer.from(etag, 'hex'));
  return `${md5.digest('hex')}-${etags.length}`;
}
