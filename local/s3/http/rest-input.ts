import type { IncomingMessage } from 'node:http';
import { XmlCodec } from '@aws-sdk/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { ServiceError } from '../../service.ts';
import { type ChecksumMembers, checksumAlgorithms, hash, hasherOf } from '../checksum.ts';
import { s3Error } from '../s3-error.ts';
import { sentChecksum } from '../stored-body.ts';
import { awsChunked } from './aws-chunked.ts';
import type { RestRequest } from './rest-route.ts';

/** The largest XML or JSON body: 1,000 deletes or 10,000 parts with room to spare. */
const maxDocumentBytes = 8 * 1024 * 1024;

export const xmlCodec = new XmlCodec({
  httpBindings: true,
  timestampFormat: { useTrait: true, default: 5 },
  xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
  serviceNamespace: 'com.amazonaws.s3',
});

/** The SDK command's input that a request stands for, by the traits of the operation's input members. */
export async function inputOf(request: IncomingMessage, route: RestRequest): Promise<Record<string, unknown>> {
  refuseUnknownConditions(request, route);
  const input: Record<string, unknown> = {};
  for (const [name, member] of route.operation.input.structIterator()) {
    const traits = member.getMergedTraits();
    let value: unknown;
    if (traits.httpLabel) value = name === 'Bucket' ? route.bucket : route.key;
    else if (traits.httpHeader) value = fromText(member, headerOf(request, traits.httpHeader));
    else if (traits.httpQuery) value = fromText(member, route.query.get(traits.httpQuery) ?? undefined);
    else if (traits.httpPrefixHeaders) value = prefixed(request, traits.httpPrefixHeaders);
    else if (traits.httpPayload) value = await payloadOf(request, route, member);
    if (value !== undefined) input[name] = value;
  }
  return withoutChunking(request, input);
}

/** A condition that a write does not take must not be passed over in silence. */
function refuseUnknownConditions(request: IncomingMessage, { operation }: RestRequest): void {
  if (operation.method !== 'PUT' && operation.method !== 'POST') return;
  const members = Object.values(operation.input.getMemberSchemas());
  for (const name of ['If-Match', 'If-None-Match']) {
    const isTaken = members.some((member) => member.getMergedTraits().httpHeader === name);
    if (!isTaken && headerOf(request, name) !== undefined) throw s3Error.notImplementedHeader(name);
  }
}

const headerOf = (request: IncomingMessage, name: string): string | undefined => {
  const value = request.headers[name.toLowerCase()];
  return Array.isArray(value) ? value.join(',') : value;
};

function fromText(member: NormalizedSchema, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (member.isListSchema()) return text.split(',').map((item) => item.trim());
  if (member.isNumericSchema()) return Number(text);
  if (member.isBooleanSchema()) return text.toLowerCase() === 'true';
  if (!member.isTimestampSchema()) return text;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function prefixed(request: IncomingMessage, prefix: string): Record<string, string> | undefined {
  const found = Object.entries(request.headers)
    .filter(([name]) => name.startsWith(prefix.toLowerCase()))
    .map(([name, value]) => [name.slice(prefix.length), String(value)]);
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** The encoding of the transfer is not one of the object. */
function withoutChunking(request: IncomingMessage, input: Record<string, unknown>): Record<string, unknown> {
  const { ContentEncoding, ...others } = input;
  if (typeof ContentEncoding === 'string') {
    const kept = ContentEncoding.split(',')
      .map((coding) => coding.trim())
      .filter((coding) => coding !== 'aws-chunked');
    if (kept.length > 0) others.ContentEncoding = kept.join(',');
  }
  if (isChunked(request)) {
    delete others.ContentLength;
    const trailer = checksumAlgorithms.find(
      (a) => headerOf(request, 'x-amz-trailer')?.toLowerCase() === `x-amz-checksum-${a.toLowerCase()}`,
    );
    if (trailer) others.ChecksumAlgorithm ??= trailer;
  }
  return others;
}

const isChunked = (request: IncomingMessage): boolean =>
  headerOf(request, 'x-amz-content-sha256')?.startsWith('STREAMING-') === true ||
  headerOf(request, 'content-encoding')?.includes('aws-chunked') === true;

function bodyOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  // Who stops reading early must still be able to answer on the same connection.
  const bytes = request.iterator({ destroyOnReturn: false });
  if (!isChunked(request)) return bytes;
  const decoded = headerOf(request, 'x-amz-decoded-content-length');
  return awsChunked(bytes, decoded === undefined ? undefined : Number(decoded));
}

async function payloadOf(request: IncomingMessage, route: RestRequest, member: NormalizedSchema): Promise<unknown> {
  const body = bodyOf(request);
  if (member.isStreaming()) return body;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxDocumentBytes) throw s3Error.malformed('Your request was too big.');
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  await assertDocument(request, route, bytes);
  if (bytes.length === 0) return undefined;
  if (!member.isStructSchema()) return bytes.toString();
  try {
    return xmlCodec.createDeserializer().read(member, bytes);
  } catch {
    throw s3Error.malformed(
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
}

/** Checksums of a document are the transfer's; of CompleteMultipartUpload alone the headers mean the object. */
async function assertDocument(request: IncomingMessage, route: RestRequest, bytes: Buffer): Promise<void> {
  const md5 = headerOf(request, 'content-md5');
  if (md5 !== undefined) {
    const hasher = hash('md5');
    hasher.update(bytes);
    if ((await hasher.digest()) !== md5) throw s3Error.badDigest('Content-MD5');
  }
  if (route.operation.name === 'CompleteMultipartUpload') return;
  const members: ChecksumMembers = {};
  for (const algorithm of checksumAlgorithms) {
    members[`Checksum${algorithm}`] = headerOf(request, `x-amz-checksum-${algorithm.toLowerCase()}`);
  }
  const sent = sentChecksum(members);
  if (
    !sent &&
    md5 === undefined &&
    route.operation.name === 'DeleteObjects' &&
    headerOf(request, 'x-amz-trailer') === undefined
  ) {
    throw new ServiceError(
      'InvalidRequest',
      'Missing required header for this request: Content-MD5 OR x-amz-checksum-*',
      400,
    );
  }
  if (!sent) return;
  const hasher = hasherOf[sent.algorithm]();
  hasher.update(bytes);
  if ((await hasher.digest()) !== sent.value) throw s3Error.badDigest(sent.algorithm);
}
