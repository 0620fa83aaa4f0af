import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DestinationRefused } from '../core/errors/input-errors.ts';
import { overlaps, parseS3Uri, type S3Uri } from '../core/s3-uri.ts';
import { findExactly } from '../lambdas/operations/find-exactly.ts';
import type { World } from './compose.ts';

/** A file that is being written; it has its name only when it is whole. */
export interface FileInPlace {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Gives it up. */
  abort(): Promise<void>;
}

/** Where files to load are written; paths are `<family>/<file>`. */
export interface BulkLoadPlace {
  has(path: string): Promise<boolean>;
  create(path: string): Promise<FileInPlace>;
  remove(path: string): Promise<void>;
  /** As the operator names it. */
  nameOf(path: string): string;
}

/** A directory of this machine, or `s3://bucket/prefix`. @throws InvalidInput, DestinationRefused */
export function bulkLoadPlace({ objects, stack }: World, directory: string): BulkLoadPlace {
  if (!/^s3[an]?:/.test(directory)) return new LocalPlace(directory);
  const place = parseS3Uri(directory, 'directory');
  for (const taken of [...stack.Roots, ...stack.Sources, ...stack.Targets, ...(stack.Logs ?? [])]) {
    if (!overlaps(place, parseS3Uri(taken, 'stack'))) continue;
    throw new DestinationRefused(
      `directory: ${place.uri} and ${taken}, which backups, or HBase itself, write in, overlap`,
      'give a place of its own, in the bucket of hbase.rootdir if there is one',
    );
  }
  return new S3Place(objects, place);
}

class LocalPlace implements BulkLoadPlace {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  nameOf = (path: string): string => join(this.#directory, path);

  async has(path: string): Promise<boolean> {
    const found = await open(this.nameOf(path), 'r').catch(() => undefined);
    await found?.close();
    return found !== undefined;
  }

  async create(path: string): Promise<FileInPlace> {
    const whole = this.nameOf(path);
    // completebulkload passes over names that begin with an underscore.
    const part = join(dirname(whole), `_${whole.slice(dirname(whole).length + 1)}`);
    await mkdir(dirname(whole), { recursive: true });
    const file = await open(part, 'w');
    return {
      write: async (bytes) => void (await file.writeFile(bytes)),
      async close() {
        await file.sync();
        await file.close();
        await rename(part, whole);
      },
      async abort() {
        await file.close().catch(() => undefined);
        await rm(part, { force: true });
      },
    };
  }

  remove = (path: string): Promise<void> => rm(this.nameOf(path), { force: true });
}

class S3Place implements BulkLoadPlace {
  readonly #objects: World['objects'];
  readonly #place: S3Uri;

  constructor(objects: World['objects'], place: S3Uri) {
    this.#objects = objects;
    this.#place = place;
  }

  nameOf = (path: string): string => `${this.#place.uri}/${path}`;

  has = async (path: string): Promise<boolean> =>
    (await findExactly(this.#objects, this.#place.bucket, this.#key(path))) !== undefined;

  async create(path: string): Promise<FileInPlace> {
    const upload = this.#objects.upload(this.#place.bucket, this.#key(path));
    return {
      write: (bytes) => upload.write(bytes),
      close: async () => void (await upload.close()),
      abort: () => upload.abort(),
    };
  }

  async remove(path: string): Promise<void> {
    await this.#objects.deleteVersions(this.#place.bucket, this.#newest(this.#key(path)));
  }

  #key = (path: string): string => `${this.#place.prefix}/${path}`;

  async *#newest(key: string): AsyncGenerator<{ key: string; versionId: string }> {
    for await (const version of this.#objects.listVersions(this.#place.bucket, key)) {
      if (version.key !== key) return;
      if (version.isLatest) yield version;
    }
  }
}
