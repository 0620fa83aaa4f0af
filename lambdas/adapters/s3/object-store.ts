import type { ObjectStore } from '../../ports/object-store.ts';
import { COPY_SIZES, type CopySizes, copyObject } from './copy-object.ts';
import { listFolders, listPages, listUploads, listVersions } from './list-objects.ts';
import { lockOf } from './lock-of.ts';
import { attributes, bucketRegion, get, getRange, getStream } from './read-objects.ts';
import type { S3World } from './s3-request.ts';
import { S3Upload } from './upload-object.ts';
import { abortUploads, deleteVersions, put, putIfMatch, putOnce } from './write-objects.ts';

/** Objects of Amazon S3 through the SDK. */
export function s3ObjectStore(world: S3World, sizes: CopySizes = COPY_SIZES): ObjectStore {
  return {
    async *list(bucket, prefix, options) {
      for await (const page of listPages(world, bucket, prefix, options?.startAfter)) yield* page;
    },
    listPages: (bucket, prefix, options) => listPages(world, bucket, prefix, options?.startAfter),
    listFolders: (bucket, prefix) => listFolders(world, bucket, prefix),
    listVersions: (bucket, prefix, options) => listVersions(world, bucket, prefix, options?.keyMarker),
    listUploads: (bucket, prefix) => listUploads(world, bucket, prefix),
    get: (bucket, key, maxBytes) => get(world, bucket, key, maxBytes),
    getRange: (...request) => getRange(world, ...request),
    getStream: (bucket, key) => getStream(world, bucket, key),
    attributes: (bucket, key) => attributes(world, bucket, key),
    lockOf: (bucket, key) => lockOf(world, bucket, key),
    putOnce: (bucket, key, bytes) => putOnce(world, bucket, key, bytes),
    put: (bucket, key, bytes) => put(world, bucket, key, bytes),
    upload: (bucket, key) => new S3Upload(world, bucket, key),
    putIfMatch: (bucket, key, bytes, etag) => putIfMatch(world, bucket, key, bytes, etag),
    copy: (request) => copyObject(world, request, sizes),
    deleteVersions: (bucket, versions) => deleteVersions(world, bucket, versions),
    abortUploads: (bucket, uploads) => abortUploads(world, bucket, uploads),
    bucketRegion: (bucket) => bucketRegion(world, bucket),
  };
}
