import type {
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import { sliceSegments } from '../blob-store.ts';
import { type ByteRange, byteRange } from '../byte-range.ts';
import { checksumMembers } from '../checksum.ts';
import { asHead, objectAt, versionMember } from '../find-object.ts';
import { isArchived } from '../object-attributes.ts';
import { objectBody, readSegments } from '../object-body.ts';
import { objectMembers } from '../object-members.ts';
import type { ObjectData } from '../object-version.ts';
import { assertReadable } from '../preconditions.ts';
import type { Operation, S3Call } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';

interface Selection extends ByteRange {
  readonly isPartial: boolean;
  readonly partsCount?: number;
}

/** The bytes that `Range` or `PartNumber` select. */
function selectionOf(input: GetObjectCommandInput | HeadObjectCommandInput, object: ObjectData): Selection {
  const whole = { start: 0, end: object.size };
  if (input.PartNumber === undefined) {
    const range = byteRange(input.Range, object.size);
    return { ...(range ?? whole), isPartial: range !== undefined };
  }
  if (input.Range !== undefined)
    throw s3Error.invalidRequest('Cannot specify both Range header and partNumber query parameter');
  const parts = object.parts ?? [{ number: 1, size: object.size }];
  let start = 0;
  for (const { number, size } of parts) {
    if (number === input.PartNumber) {
      return { start, end: start + size, isPartial: true, ...(object.parts && { partsCount: parts.length }) };
    }
    start += size;
  }
  throw s3Error.invalidArgument('The requested partnumber is not satisfiable', 'partNumber', input.PartNumber);
}

function describe(s3: S3Call, input: GetObjectCommandInput | HeadObjectCommandInput) {
  const object = objectAt(s3, input);
  assertReadable(input, object);
  const { start, end, isPartial, partsCount } = selectionOf(input, object);
  const isWhole = start === 0 && end === object.size;
  return {
    object,
    start,
    end,
    output: {
      ...objectMembers(object),
      ContentLength: end - start,
      ...(isPartial && { ContentRange: `bytes ${start}-${end - 1}/${object.size}` }),
      ...(partsCount !== undefined && { PartsCount: partsCount }),
      ...(isWhole && input.ChecksumMode === 'ENABLED' && checksumMembers(object.checksum)),
      ...versionMember(s3, input.Bucket!, object.versionId),
    },
  };
}

export const headObject: Operation<HeadObjectCommandInput, Omit<HeadObjectCommandOutput, '$metadata'>> = (s3, input) =>
  asHead(() => describe(s3, input).output);

export const getObject: Operation<GetObjectCommandInput, Omit<GetObjectCommandOutput, '$metadata'>> = (s3, input) => {
  const { object, start, end, output } = describe(s3, input);
  if (isArchived(object.storageClass)) throw s3Error.invalidObjectState(object.storageClass);
  const segments = sliceSegments(object.segments, start, end);
  return { ...output, ...responseOverrides(input), Body: objectBody(readSegments(s3.blobs, segments)) };
};

/** Headers of the answer that the request words itself. */
function responseOverrides(input: GetObjectCommandInput) {
  return {
    ...(input.ResponseContentType !== undefined && { ContentType: input.ResponseContentType }),
    ...(input.ResponseContentEncoding !== undefined && { ContentEncoding: input.ResponseContentEncoding }),
    ...(input.ResponseContentDisposition !== undefined && { ContentDisposition: input.ResponseContentDisposition }),
    ...(input.ResponseContentLanguage !== undefined && { ContentLanguage: input.ResponseContentLanguage }),
    ...(input.ResponseCacheControl !== undefined && { CacheControl: input.ResponseCacheControl }),
  };
}
