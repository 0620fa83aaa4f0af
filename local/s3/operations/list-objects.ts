import type {
  ListObjectsCommandInput,
  ListObjectsCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { pageSizeOf, walkKeys } from '../key-walk.ts';
import { listingEncoder } from '../listing-encoding.ts';
import type { ObjectData, ObjectVersion } from '../object-version.ts';
import { bucketOf, type Operation } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';
import type { BucketState } from '../s3-state.ts';

interface Page {
  readonly objects: { key: string; object: ObjectData }[];
  readonly commonPrefixes: string[];
  readonly isTruncated: boolean;
  /** The last key or common prefix of the page. */
  readonly last: string;
}

const isShown = (versions: readonly ObjectVersion[]) => versions[0]?.kind === 'object';

function pageOf(
  bucket: BucketState,
  walk: { prefix: string; delimiter: string; after: string },
  maxKeys: number,
): Page {
  const objects: Page['objects'] = [];
  const commonPrefixes: string[] = [];
  let last = '';
  if (maxKeys === 0) return { objects, commonPrefixes, isTruncated: false, last };
  for (const step of walkKeys(bucket.keys, walk, isShown)) {
    if (objects.length + commonPrefixes.length === maxKeys) return { objects, commonPrefixes, isTruncated: true, last };
    if (step.commonPrefix !== undefined) commonPrefixes.push(step.commonPrefix);
    else objects.push({ key: step.key, object: step.value[0] as ObjectData });
    last = step.commonPrefix ?? step.key;
  }
  return { objects, commonPrefixes, isTruncated: false, last };
}

const contentsOf = ({ objects }: Page, encode: (text: string) => string, owner?: { ID: string }) =>
  objects.map(({ key, object }) => ({
    Key: encode(key),
    LastModified: new Date(object.lastModifiedMs),
    ETag: `"${object.etag}"`,
    Size: object.size,
    StorageClass: object.storageClass as 'STANDARD',
    ...(object.checksum && { ChecksumAlgorithm: [object.checksum.algorithm], ChecksumType: object.checksum.type }),
    ...(owner && { Owner: owner }),
  }));

const prefixesOf = ({ commonPrefixes }: Page, encode: (text: string) => string) =>
  commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) }));

export const listObjectsV2: Operation<ListObjectsV2CommandInput, Omit<ListObjectsV2CommandOutput, '$metadata'>> = (
  s3,
  input,
) => {
  const bucket = bucketOf(s3, input);
  const encode = listingEncoder(input.EncodingType);
  const { Prefix: prefix = '', Delimiter: delimiter = '', StartAfter, ContinuationToken } = input;
  const after = ContinuationToken === undefined ? (StartAfter ?? '') : readToken(ContinuationToken);
  const maxKeys = pageSizeOf('max-keys', input.MaxKeys);
  const page = pageOf(bucket, { prefix, delimiter, after }, maxKeys);
  const contents = contentsOf(page, encode, input.FetchOwner ? { ID: s3.accountId } : undefined);
  return {
    Name: input.Bucket,
    Prefix: encode(prefix),
    ...(delimiter !== '' && { Delimiter: encode(delimiter) }),
    ...(StartAfter !== undefined && { StartAfter: encode(StartAfter) }),
    ...(input.EncodingType && { EncodingType: input.EncodingType }),
    MaxKeys: maxKeys,
    KeyCount: page.objects.length + page.commonPrefixes.length,
    IsTruncated: page.isTruncated,
    ...(ContinuationToken !== undefined && { ContinuationToken }),
    ...(page.isTruncated && { NextContinuationToken: writeToken(page.last) }),
    ...(contents.length > 0 && { Contents: contents }),
    ...(page.commonPrefixes.length > 0 && { CommonPrefixes: prefixesOf(page, encode) }),
  };
};

const writeToken = (after: string) => `1${Buffer.from(after).toString('base64url')}`;

function readToken(token: string): string {
  const after = Buffer.from(token.slice(1), 'base64url').toString();
  if (writeToken(after) === token) return after;
  throw s3Error.invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
}

export const listObjects: Operation<ListObjectsCommandInput, Omit<ListObjectsCommandOutput, '$metadata'>> = (
  s3,
  input,
) => {
  const bucket = bucketOf(s3, input);
  const encode = listingEncoder(input.EncodingType);
  const { Prefix: prefix = '', Delimiter: delimiter = '', Marker: marker = '' } = input;
  const maxKeys = pageSizeOf('max-keys', input.MaxKeys);
  const page = pageOf(bucket, { prefix, delimiter, after: marker }, maxKeys);
  const contents = contentsOf(page, encode, { ID: s3.accountId });
  return {
    Name: input.Bucket,
    Prefix: encode(prefix),
    Marker: encode(marker),
    ...(delimiter !== '' && { Delimiter: encode(delimiter) }),
    ...(input.EncodingType && { EncodingType: input.EncodingType }),
    MaxKeys: maxKeys,
    IsTruncated: page.isTruncated,
    // Without a delimiter the last key is the marker, and the service leaves this out.
    ...(page.isTruncated && delimiter !== '' && { NextMarker: encode(page.last) }),
    ...(contents.length > 0 && { Contents: contents }),
    ...(page.commonPrefixes.length > 0 && { CommonPrefixes: prefixesOf(page, encode) }),
  };
};
