import { wrongWithListed } from '../../core/check/i01-listed-file.ts';
import type { FileEntry } from '../../core/file-entry.ts';
import type { HolderFiles } from '../../core/plan/holder-files.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { holderFiles } from './source-listing.ts';

/** The bytes of an image's files, each looked up below the image that holds it, by listing. */
export class HeldFiles {
  readonly #files: HolderFiles;

  /** `after`: no path at or before this one will be asked for; what lies there is not listed. */
  constructor(objects: Pick<ObjectStore, 'listPages'>, root: S3Uri, after?: string) {
    this.#files = holderFiles(objects, root, after);
  }

  /** I1 of one file, as a listing shows it; `undefined` if nothing is wrong. Ask in order of paths. */
  async wrongWith(entry: FileEntry): Promise<string | undefined> {
    return wrongWithListed(entry, await this.#files.find(entry));
  }

  close(): Promise<void> {
    return this.#files.close();
  }
}
