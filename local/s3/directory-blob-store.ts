import { closeSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobStore, BlobWriter } from './blob-store.ts';

const chunkBytes = 256 * 1024;
const wellFormedId = /^[A-Za-z0-9_-]{4,128}$/;

/** A file per blob, in 4,096 folders at most, named by the id's last two characters. */
export class DirectoryBlobStore implements BlobStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
    mkdirSync(root, { recursive: true });
  }

  create(id: string): BlobWriter {
    const path = this.#path(id);
    mkdirSync(join(path, '..'), { recursive: true });
    const fd = openSync(path, 'wx');
    return {
      write: (chunk) => {
        for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at);
      },
      finish: () => closeSync(fd),
      abandon: () => {
        closeSync(fd);
        this.delete(id);
      },
    };
  }

  read(id: string, start: number, end: number): Iterable<Uint8Array> & { close(): void } {
    const fd = openSync(this.#path(id), 'r');
    let isOpen = true;
    const close = () => {
      if (isOpen) closeSync(fd);
      isOpen = false;
    };
    function* chunks() {
      try {
        for (let at = start; at < end; ) {
          const chunk = Buffer.allocUnsafe(Math.min(chunkBytes, end - at));
          const got = readSync(fd, chunk, 0, chunk.length, at);
          if (got === 0) throw new Error(`blob ${id} ends at ${at}, before ${end}`);
          at += got;
          yield chunk.subarray(0, got);
        }
      } finally {
        close();
      }
    }
    return Object.assign(chunks(), { close });
  }

  delete(id: string): void {
    rmSync(this.#path(id), { force: true });
  }

  *ids(): Iterable<string> {
    for (const folder of readdirSync(this.#root)) yield* readdirSync(join(this.#root, folder));
  }

  #path(id: string): string {
    if (!wellFormedId.test(id)) throw new Error(`${JSON.stringify(id)} is no id of a blob`);
    return join(this.#root, id.slice(-2), id);
  }
}
