import { createReadStream, readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cloud } from '../cloud.ts';
import { ServiceError } from '../service.ts';
import { readTarZst } from './tar.ts';

export interface Imported {
  readonly objects: number;
  readonly bytes: number;
  /** Already there with the same size and not older. */
  readonly unchanged: number;
  /** Links, devices and the like, by path: they are no objects. */
  readonly skipped: readonly string[];
}

/** Makes the bucket if it is not there. */
export async function ensureBucket(cloud: Cloud, bucket: string): Promise<void> {
  await cloud.call('s3', 'CreateBucket', { Bucket: bucket }).catch((error) => {
    if (!(error instanceof ServiceError) || error.name !== 'BucketAlreadyOwnedByYou') throw error;
  });
}

/**
 * Copies the regular files below a directory, or in a `.tar.zst`, into a bucket, each under its relative path. Files
 * are streamed. What is already there with the same size and not older stays as it is.
 */
export async function importIntoBucket(cloud: Cloud, bucket: string, path: string): Promise<Imported> {
  await ensureBucket(cloud, bucket);
  const result = { objects: 0, bytes: 0, unchanged: 0, skipped: [] as string[] };
  const put = async (
    Key: string,
    size: number,
    modifiedMs: number,
    body: () => AsyncIterable<Uint8Array> | Uint8Array,
  ) => {
    if (await isThere(cloud, bucket, Key, size, modifiedMs)) {
      result.unchanged++;
      return;
    }
    await cloud.call('s3', 'PutObject', { Bucket: bucket, Key, Body: body(), ContentLength: size });
    result.objects++;
    result.bytes += size;
  };
  if ((await stat(path)).isFile()) {
    for (const entry of readTarZst(readFileSync(path))) await put(entry.path, entry.bytes.length, 0, () => entry.bytes);
  } else {
    for await (const { key, file } of filesBelow(path, result.skipped)) {
      const { size, mtimeMs } = await stat(file);
      await put(key, size, mtimeMs, () => createReadStream(file));
    }
  }
  return result;
}

async function* filesBelow(
  root: string,
  skipped: string[],
  prefix = '',
): AsyncGenerator<{ key: string; file: string }> {
  const entries = await readdir(join(root, prefix), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const key = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* filesBelow(root, skipped, key);
    else if (entry.isFile()) yield { key, file: join(root, key) };
    else skipped.push(key);
  }
}

async function isThere(cloud: Cloud, Bucket: string, Key: string, size: number, modifiedMs: number): Promise<boolean> {
  try {
    const head = await cloud.call('s3', 'HeadObject', { Bucket, Key });
    return head.ContentLength === size && (head.LastModified as Date).getTime() >= modifiedMs - 1_000;
  } catch (error) {
    if (error instanceof ServiceError && error.httpStatus === 404) return false;
    throw error;
  }
}
