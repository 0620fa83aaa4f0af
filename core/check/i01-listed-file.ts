import { isArchived } from '../archived-storage-class.ts';
import type { FileEntry } from '../file-entry.ts';
import type { ObjectFact } from './root-facts.ts';

/**
 * I1, for one line of a sealed list: what is wrong with the object that it names, as a listing shows it; `undefined` if
 * nothing is. One whose bytes cannot be read at once is no use to a restore, so that is wrong too.
 */
export function wrongWithListed(
  { path, holder, size, etag }: Pick<FileEntry, 'path' | 'holder' | 'size' | 'etag'>,
  object: Omit<ObjectFact, 'key'> | undefined,
): string | undefined {
  const what = `${path} of ${holder}`;
  if (object === undefined) return `${what} is missing`;
  if (object.size !== size) return `${what} has ${object.size} bytes instead of ${size}`;
  if (object.etag !== etag) return `${what} has the ETag ${object.etag} instead of ${etag}`;
  if (isArchived(object.storageClass))
    return `${what} has the storage class ${object.storageClass}: its bytes cannot be read at once`;
  return undefined;
}
