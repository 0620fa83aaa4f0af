import { ServiceError } from '../service.ts';
import {
  type Checksum,
  type ChecksumAlgorithm,
  type ChecksumMembers,
  checksumAlgorithms,
  hash,
  hasherOf,
} from './checksum.ts';
import type { StoredData } from './object-version.ts';
import type { S3Call } from './s3-call.ts';
import { s3Error } from './s3-error.ts';

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** A body whose checksums follow it (aws-chunked trailers): asked for once the body was read to its end. */
export interface TrailingBody extends AsyncIterable<Uint8Array> {
  trailingChecksums(): ChecksumMembers;
}

export interface BodyInput extends ChecksumMembers {
  readonly Body?: unknown;
  readonly ContentMD5?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ChecksumAlgorithm?: string | undefined;
}

const isBlob = (body: object): body is Blob => typeof (body as Blob).arrayBuffer === 'function' && 'size' in body;

/** The bytes of a PutObject or UploadPart body, in any form that the SDK takes. */
function chunksOf(body: unknown): Chunks {
  if (body === undefined || body === null) return [];
  if (typeof body === 'string') return [Buffer.from(body)];
  if (body instanceof Uint8Array) return [body];
  if (typeof body === 'object' && isBlob(body)) return body.stream();
  if (typeof body === 'object' && (Symbol.asyncIterator in body || Symbol.iterator in body)) return body as Chunks;
  throw s3Error.invalidRequest('Body is neither text, bytes nor a stream of bytes');
}

/** The one checksum that a request carries, if any; refuses two of them and malformed ones. */
export function sentChecksum(input: ChecksumMembers): Pick<Checksum, 'algorithm' | 'value'> | undefined {
  const sent = checksumAlgorithms.filter((algorithm) => input[`Checksum${algorithm}`] !== undefined);
  if (sent.length > 1) {
    throw s3Error.invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  }
  const [algorithm] = sent;
  return algorithm && { algorithm, value: input[`Checksum${algorithm}`]! };
}

export function checksumAlgorithmOf(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  const algorithm = checksumAlgorithms.find((known) => known === name.toUpperCase());
  if (!algorithm) throw s3Error.invalidRequest('Checksum algorithm provided is unsupported.');
  return algorithm;
}

const digestBytes: Record<ChecksumAlgorithm, number> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };

function assertWellFormed({ algorithm, value }: Pick<Checksum, 'algorithm' | 'value'>): void {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === digestBytes[algorithm] && bytes.toString('base64') === value) return;
  throw s3Error.invalidRequest(`Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`);
}

/**
 * Writes a body to a blob of its own while summing it, and refuses it if it is not what the request says it is.
 * The blob is named by no record yet: the caller commits one or calls {@link discard}.
 */
export async function storeBody(s3: S3Call, input: BodyInput, required?: ChecksumAlgorithm): Promise<StoredData> {
  if (input.ContentMD5 !== undefined && Buffer.from(input.ContentMD5, 'base64').length !== 16) {
    throw new ServiceError('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400);
  }
  const early = sentChecksum(input);
  if (early) assertWellFormed(early);
  const algorithm = early?.algorithm ?? checksumAlgorithmOf(input.ChecksumAlgorithm) ?? required ?? 'CRC64NVME';
  const blob = s3.ids.next('blob');
  const writer = s3.blobs.create(blob);
  try {
    const md5 = hash('md5');
    const hasher = hasherOf[algorithm]();
    let size = 0;
    for await (const piece of chunksOf(input.Body)) {
      const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
      size += chunk.length;
      if (size > s3.limits.maxRequestBytes) throw entityTooLarge(size, s3.limits.maxRequestBytes);
      md5.update(chunk);
      hasher.update(chunk);
      writer.write(chunk);
    }
    const data: StoredData = {
      segments: size === 0 ? [] : [{ blob, start: 0, length: size }],
      size,
      md5: Buffer.from(await md5.digest(), 'base64').toString('hex'),
      checksum: { algorithm, type: 'FULL_OBJECT', value: await hasher.digest() },
    };
    assertAsSent(input, data);
    if (size > 0) writer.finish();
    else writer.abandon();
    return data;
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

function assertAsSent(input: BodyInput, { size, md5, checksum }: StoredData): void {
  if (input.ContentLength !== undefined && input.ContentLength !== size) {
    throw new ServiceError(
      'IncompleteBody',
      'You did not provide the number of bytes specified by the Content-Length HTTP header',
      400,
    );
  }
  if (input.ContentMD5 !== undefined && Buffer.from(input.ContentMD5, 'base64').toString('hex') !== md5) {
    throw s3Error.badDigest('Content-MD5');
  }
  const body = input.Body as Partial<TrailingBody> | undefined;
  const sent = sentChecksum(input) ?? sentChecksum(body?.trailingChecksums?.() ?? {});
  if (!sent) return;
  assertWellFormed(sent);
  if (sent.algorithm !== checksum!.algorithm)
    throw s3Error.invalidRequest('The trailing checksum is not the announced one.');
  if (sent.value !== checksum!.value) throw s3Error.badDigest(sent.algorithm);
}

const entityTooLarge = (size: number, most: number) =>
  new ServiceError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed object size.', 400, {
    ProposedSize: size,
    MaxSizeAllowed: most,
  });

/** Removes the bytes of a body that no record names, after the request was refused. */
export function discard(s3: S3Call, data: StoredData): void {
  for (const { blob } of data.segments) s3.blobs.delete(blob);
}
