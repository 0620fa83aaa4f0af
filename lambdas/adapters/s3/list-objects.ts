import {
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type _Object as S3Object,
  type ObjectVersion as S3ObjectVersion,
} from '@aws-sdk/client-s3';
import { UnknownAnswer } from '../../../core/errors/platform-errors.ts';
import { compareUtf8 } from '../../../core/hbase/utf8-order.ts';
import type { ListedObject, ListedUpload, ListedVersion } from '../../ports/object-store.ts';
import { at, bareEtag, expected, type S3World } from './s3-request.ts';

const unknown = (what: string, why: string) =>
  new UnknownAnswer(`${what}: ${why}`, 'report this answer of S3', { call: what });

/** `EncodingType: url` undone, once: S3 writes a space as `+`. */
function decoded(text: string | undefined): string {
  try {
    return decodeURIComponent((text ?? '').replaceAll('+', '%20'));
  } catch {
    throw unknown('LIST', `"${text}" is not URL-encoded`);
  }
}

function listed(
  what: string,
  object: Pick<S3Object, 'Key' | 'Size' | 'ETag' | 'LastModified'> & { StorageClass?: string | undefined },
): ListedObject {
  const { Key, Size, ETag, LastModified, StorageClass } = object;
  if (Key === undefined || Size === undefined || ETag === undefined)
    throw unknown(what, 'an object without key, size or ETag');
  return {
    key: decoded(Key),
    size: Size,
    etag: bareEtag(ETag),
    lastModifiedMs: LastModified?.getTime() ?? 0,
    storageClass: StorageClass ?? 'STANDARD',
  };
}

/** I9: a page that goes backwards or repeats would hide files; a listing that ends early would lose them. */
function assertAscending(what: string, keys: readonly { readonly key: string }[], last: string | undefined): void {
  let before = last;
  for (const { key } of keys) {
    if (before !== undefined && compareUtf8(key, before) <= 0)
      throw unknown(what, `"${key}" is listed after "${before}"`);
    before = key;
  }
}

/** Pages of at most 1,000 objects, one request each. */
export async function* listPages(
  world: S3World,
  bucket: string,
  prefix: string,
  startAfter?: string,
): AsyncIterable<readonly ListedObject[]> {
  const what = `LIST ${at(bucket, prefix)}`;
  let token: string | undefined;
  let last = startAfter;
  do {
    const input = { Bucket: bucket, Prefix: prefix, EncodingType: 'url' as const };
    const command = new ListObjectsV2Command(
      token === undefined ? { ...input, StartAfter: startAfter } : { ...input, ContinuationToken: token },
    );
    const answer = await expected(world, what, () => world.s3.send(command));
    const page = (answer.Contents ?? []).map((object) => listed(what, object));
    assertAscending(what, page, last);
    token = nextToken(what, answer.IsTruncated, answer.NextContinuationToken, token);
    last = page.at(-1)?.key ?? last;
    if (page.length > 0) yield page;
  } while (token !== undefined);
}

function nextToken(what: string, isTruncated: boolean | undefined, next: string | undefined, previous?: string) {
  if (!isTruncated) return undefined;
  if (next === undefined) throw unknown(what, 'a page that is not the last has no continuation token');
  if (next === previous) throw unknown(what, 'the same continuation token twice');
  return next;
}

/** Is there an object at exactly this key? Decides absence: GET and HEAD may answer 403 for both. */
export async function findListed(world: S3World, bucket: string, key: string): Promise<ListedObject | undefined> {
  const what = `LIST ${at(bucket, key)}`;
  const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: key, MaxKeys: 1, EncodingType: 'url' });
  const answer = await expected(world, what, () => world.s3.send(command));
  // The key itself is the first of all keys that begin with it.
  const [first] = answer.Contents ?? [];
  return first && decoded(first.Key) === key ? listed(what, first) : undefined;
}

export async function* listFolders(world: S3World, bucket: string, prefix: string): AsyncIterable<string> {
  const what = `LIST ${at(bucket, prefix)}`;
  let token: string | undefined;
  let last: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      Delimiter: '/',
      EncodingType: 'url',
      ContinuationToken: token,
    });
    const answer = await expected(world, what, () => world.s3.send(command));
    const folders = (answer.CommonPrefixes ?? []).map((folder) => ({ key: decoded(folder.Prefix) }));
    assertAscending(what, folders, last);
    token = nextToken(what, answer.IsTruncated, answer.NextContinuationToken, token);
    last = folders.at(-1)?.key ?? last;
    for (const { key } of folders) yield key.slice(prefix.length, -1);
  } while (token !== undefined);
}

/** Every version and delete marker, ascending by key. */
export async function* listVersions(
  world: S3World,
  bucket: string,
  prefix: string,
  keyMarker?: string,
): AsyncIterable<ListedVersion> {
  const what = `LIST versions of ${at(bucket, prefix)}`;
  let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = { KeyMarker: keyMarker };
  let last = keyMarker ?? '';
  for (;;) {
    const command = new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, EncodingType: 'url', ...marker });
    const answer = await expected(world, what, () => world.s3.send(command));
    const objects = (answer.Versions ?? []).map((v) => versionOf(what, v, false));
    const markers = (answer.DeleteMarkers ?? []).map((m) => versionOf(what, { ...m, Size: 0, ETag: '' }, true));
    // Two ascending lists; the sort is stable, so versions of one key keep S3's order, newest first.
    const page = markers.length === 0 ? objects : [...objects, ...markers].sort((a, b) => compareUtf8(a.key, b.key));
    for (const version of page) {
      if (compareUtf8(version.key, last) < 0) throw unknown(what, `"${version.key}" is listed after "${last}"`);
      last = version.key;
      yield version;
    }
    if (!answer.IsTruncated) return;
    const next = { KeyMarker: decoded(answer.NextKeyMarker), VersionIdMarker: answer.NextVersionIdMarker };
    if (answer.NextKeyMarker === undefined) throw unknown(what, 'a page that is not the last has no marker');
    if (next.KeyMarker === marker.KeyMarker && next.VersionIdMarker === marker.VersionIdMarker) {
      throw unknown(what, 'the same marker twice');
    }
    marker = next;
  }
}

type S3Version = Pick<
  S3ObjectVersion,
  'Key' | 'Size' | 'ETag' | 'LastModified' | 'VersionId' | 'IsLatest' | 'StorageClass'
>;

function versionOf(what: string, version: S3Version, isDeleteMarker: boolean): ListedVersion {
  if (version.VersionId === undefined) throw unknown(what, 'a version without an id');
  return {
    ...listed(what, version),
    versionId: version.VersionId,
    isLatest: version.IsLatest === true,
    isDeleteMarker,
  };
}

export async function* listUploads(world: S3World, bucket: string, prefix: string): AsyncIterable<ListedUpload> {
  const what = `LIST uploads of ${at(bucket, prefix)}`;
  let marker: { KeyMarker?: string; UploadIdMarker?: string | undefined } = {};
  for (;;) {
    const command = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, EncodingType: 'url', ...marker });
    const answer = await expected(world, what, () => world.s3.send(command));
    for (const { Key, UploadId } of answer.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined) throw unknown(what, 'an upload without key or id');
      yield { key: decoded(Key), uploadId: UploadId };
    }
    if (!answer.IsTruncated) return;
    const next = { KeyMarker: decoded(answer.NextKeyMarker), UploadIdMarker: answer.NextUploadIdMarker };
    if (answer.NextKeyMarker === undefined) throw unknown(what, 'a page that is not the last has no marker');
    if (next.KeyMarker === marker.KeyMarker && next.UploadIdMarker === marker.UploadIdMarker) {
      throw unknown(what, 'the same marker twice');
    }
    marker = next;
  }
}
