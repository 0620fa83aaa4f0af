import type {
  DeleteMarkerEntry,
  ListObjectVersionsCommandInput,
  ListObjectVersionsCommandOutput,
  ObjectVersion as VersionEntry,
} from '@aws-sdk/client-s3';
import { pageSizeOf, walkKeys } from '../key-walk.ts';
import { listingEncoder } from '../listing-encoding.ts';
import type { ObjectVersion } from '../object-version.ts';
import { bucketOf, type Operation } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';
import type { SortedKeys } from '../sorted-keys.ts';

interface Step {
  readonly key: string;
  readonly version?: ObjectVersion;
  readonly isLatest?: boolean;
}

/** Versions of every key, newest first, from behind the marker; common prefixes as steps without a version. */
function* walkVersions(
  keys: SortedKeys<readonly ObjectVersion[]>,
  walk: { prefix: string; delimiter: string; after: string },
  versionIdMarker: string | undefined,
): Iterable<Step> {
  for (const step of walkKeys(keys, { ...walk, isAfterIncluded: versionIdMarker !== undefined }, () => true)) {
    if (step.commonPrefix !== undefined) {
      yield { key: step.commonPrefix };
      continue;
    }
    const { key, value: versions } = step;
    const isMarked = key === walk.after && versionIdMarker !== undefined;
    // A marker that was deleted between pages: nothing newer than it can be told from older, so all are listed again.
    const from = isMarked ? versions.findIndex((v) => v.versionId === versionIdMarker) + 1 : 0;
    for (const [index, version] of versions.entries()) {
      if (index >= from) yield { key, version, isLatest: index === 0 };
    }
  }
}

export const listObjectVersions: Operation<
  ListObjectVersionsCommandInput,
  Omit<ListObjectVersionsCommandOutput, '$metadata'>
> = (s3, input) => {
  const bucket = bucketOf(s3, input);
  const encode = listingEncoder(input.EncodingType);
  const { Prefix: prefix = '', Delimiter: delimiter = '', KeyMarker: after = '', VersionIdMarker } = input;
  if (VersionIdMarker !== undefined && after === '') {
    throw s3Error.invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      VersionIdMarker,
    );
  }
  const maxKeys = pageSizeOf('max-keys', input.MaxKeys);
  const owner = { ID: s3.accountId };
  const versions: VersionEntry[] = [];
  const markers: DeleteMarkerEntry[] = [];
  const prefixes: { Prefix: string }[] = [];
  let last: Step | undefined;
  let isTruncated = false;
  for (const step of maxKeys === 0 ? [] : walkVersions(bucket.keys, { prefix, delimiter, after }, VersionIdMarker)) {
    if (versions.length + markers.length + prefixes.length === maxKeys) {
      isTruncated = true;
      break;
    }
    last = step;
    const { key, version, isLatest } = step;
    if (!version) {
      prefixes.push({ Prefix: encode(key) });
      continue;
    }
    const entry = {
      Key: encode(key),
      VersionId: version.versionId,
      IsLatest: isLatest,
      LastModified: new Date(version.lastModifiedMs),
      Owner: owner,
    };
    if (version.kind === 'marker') markers.push(entry);
    else {
      versions.push({
        ...entry,
        ETag: `"${version.etag}"`,
        Size: version.size,
        StorageClass: version.storageClass as 'STANDARD',
        ...(version.checksum && {
          ChecksumAlgorithm: [version.checksum.algorithm],
          ChecksumType: version.checksum.type,
        }),
      });
    }
  }
  return {
    Name: input.Bucket,
    Prefix: encode(prefix),
    KeyMarker: encode(after),
    VersionIdMarker: VersionIdMarker ?? '',
    ...(delimiter !== '' && { Delimiter: encode(delimiter) }),
    ...(input.EncodingType && { EncodingType: input.EncodingType }),
    MaxKeys: maxKeys,
    IsTruncated: isTruncated,
    ...(isTruncated && {
      NextKeyMarker: encode(last!.key),
      ...(last!.version && { NextVersionIdMarker: last!.version.versionId }),
    }),
    ...(versions.length > 0 && { Versions: versions }),
    ...(markers.length > 0 && { DeleteMarkers: markers }),
    ...(prefixes.length > 0 && { CommonPrefixes: prefixes }),
  };
};
