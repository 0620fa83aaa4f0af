import { VerificationFailed } from '../../core/errors/image-errors.ts';
import type { CopiedFile } from '../../core/file-entry.ts';
import { compareUtf8 } from '../../core/hbase/utf8-order.ts';
import { type PlannedCopy, readCopiedFile } from '../../core/plan/planned-line.ts';
import { resultKey } from '../../core/stack-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readChunkLines } from './chunk-lines.ts';

/** What S3 answered to each copy, found by path; one chunk's results in memory. Cheapest in ascending order. */
export class CopyResults {
  readonly #objects: Pick<ObjectStore, 'getStream'>;
  readonly #place: { readonly bucket: string; readonly work: string };
  readonly #firsts: readonly string[];
  #chunk = -1;
  #files = new Map<string, CopiedFile>();

  /** `firsts`: the first path of each chunk, ascending. */
  constructor(
    objects: Pick<ObjectStore, 'getStream'>,
    place: { readonly bucket: string; readonly work: string },
    firsts: readonly string[],
  ) {
    this.#objects = objects;
    this.#place = place;
    this.#firsts = firsts;
  }

  /** @throws VerificationFailed if the file has no result, or one of another size: it is not in the image (I1) */
  async find(file: PlannedCopy): Promise<CopiedFile> {
    let copied = this.#files.get(file.path);
    if (copied === undefined) {
      await this.#load(this.#chunkOf(file.path));
      copied = this.#files.get(file.path);
    }
    if (copied?.size === file.size) return copied;
    throw new VerificationFailed(`${file.path} was planned and has no result`, 'start the backup again', {
      path: file.path,
    });
  }

  async #load(chunk: number): Promise<void> {
    if (chunk === this.#chunk || chunk < 0) return;
    const lines = await readChunkLines(this.#objects, this.#place.bucket, resultKey(this.#place.work, chunk));
    this.#files = new Map(lines.map(readCopiedFile).map((file) => [file.path, file]));
    this.#chunk = chunk;
  }

  /** The last chunk that begins at or before the path. */
  #chunkOf(path: string): number {
    let low = 0;
    let high = this.#firsts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareUtf8(this.#firsts[middle]!, path) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
