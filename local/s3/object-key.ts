import { ServiceError } from '../service.ts';
import { s3Error } from './s3-error.ts';

/** The key of a request: 1 to 1,024 bytes of UTF-8. */
export function keyOf(input: { Key?: string | undefined }): string {
  const key = input.Key;
  if (!key) throw s3Error.invalidArgument('Object key may not be empty', 'key', '');
  if (!key.isWellFormed()) throw s3Error.invalidArgument('Object key is not valid UTF-8', 'key', '');
  const bytes = Buffer.byteLength(key);
  if (bytes > 1024) {
    throw new ServiceError('KeyTooLongError', 'Your key is too long', 400, { Size: bytes, MaxSizeAllowed: 1024 });
  }
  return key;
}
