import { isArchived } from '../../core/archived-storage-class.ts';
import type { BackupId } from '../../core/backup-id.ts';
import type { FileEntry } from '../../core/file-entry.ts';
import { dataPrefix } from '../../core/image-layout.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { ListedFiles } from './listed-files.ts';

/** The bytes of an image's files, each looked up below the image that holds it, by listing. */
export class HeldFiles {
  readonly #objects: Pick<ObjectStore, 'list'>;
  readonly #root: S3Uri;
  readonly #holders = new Map<BackupId, ListedFiles>();

  constructor(objects: Pick<ObjectStore, 'list'>, root: S3Uri) {
    this.#objects = objects;
    this.#root = root;
  }

  /** What is wrong with the entry's object as a listing shows it; `undefined` if nothing is. Ask in order of paths. */
  async wrongWith(entry: FileEntry): Promise<string | undefined> {
    let listed = this.#holders.get(entry.holder);
    if (listed === undefined) {
      listed = new ListedFiles(this.#objects, this.#root.bucket, dataPrefix(this.#root, entry.holder));
      this.#holders.set(entry.holder, listed);
    }
    const object = await listed.find(entry.path);
    const what = `${entry.path} of ${entry.holder}`;
    if (object === undefined) return `${what} is missing`;
    if (object.size !== entry.size) return `${what} has ${object.size} bytes instead of ${entry.size}`;
    if (object.etag !== entry.etag) return `${what} has the ETag ${object.etag} instead of ${entry.etag}`;
    if (isArchived(object.storageClass))
      return `${what} has the storage class ${object.storageClass}: its bytes cannot be read at once`;
    return undefined;
  }
}
