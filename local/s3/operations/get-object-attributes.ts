import type { GetObjectAttributesCommandInput } from '@aws-sdk/client-s3';
import { checksumMembers } from '../checksum.ts';
import { objectAt, versionMember } from '../find-object.ts';
import { pageSizeOf } from '../key-walk.ts';
import type { ObjectData } from '../object-version.ts';
import type { Operation } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';

const known = new Set(['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']);

export const getObjectAttributes: Operation<GetObjectAttributesCommandInput, Record<string, unknown>> = (s3, input) => {
  const asked = input.ObjectAttributes ?? [];
  const unknown = asked.find((name) => !known.has(name));
  if (asked.length === 0 || unknown !== undefined) {
    throw s3Error.invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', unknown);
  }
  const object = objectAt(s3, input);
  const has = (name: 'ETag' | 'Checksum' | 'ObjectParts' | 'StorageClass' | 'ObjectSize') => asked.includes(name);
  return {
    LastModified: new Date(object.lastModifiedMs),
    ...versionMember(s3, input.Bucket!, object.versionId),
    // Without quotes, unlike everywhere else.
    ...(has('ETag') && { ETag: object.etag }),
    ...(has('Checksum') && object.checksum && { Checksum: checksumOf(object) }),
    ...(has('ObjectParts') && object.parts && { ObjectParts: partsOf(object, input) }),
    ...(has('StorageClass') && { StorageClass: object.storageClass }),
    ...(has('ObjectSize') && { ObjectSize: object.size }),
  };
};

// The number of parts is not part of the value here.
const checksumOf = ({ checksum }: ObjectData) =>
  checksumMembers(checksum && { ...checksum, value: checksum.value.replace(/-\d+$/, '') });

function partsOf({ parts = [], checksum }: ObjectData, input: GetObjectAttributesCommandInput) {
  const maxParts = pageSizeOf('max-parts', input.MaxParts);
  const marker = Number(input.PartNumberMarker ?? 0);
  const after = parts.filter((part) => part.number > marker);
  const page = after.slice(0, maxParts);
  return {
    TotalPartsCount: parts.length,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
    MaxParts: maxParts,
    IsTruncated: page.length < after.length,
    // Listed for composite checksums only.
    ...(checksum?.type === 'COMPOSITE' && {
      Parts: page.map(({ number, size, checksum: sum }) => {
        const { ChecksumType: _, ...value } = checksumMembers(sum);
        return { PartNumber: number, Size: size, ...value };
      }),
    }),
  };
}
