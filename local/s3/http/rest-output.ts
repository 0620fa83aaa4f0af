import type { OutgoingHttpHeaders } from 'node:http';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { OperationSchema } from './operation-schema.ts';
import { xmlCodec } from './rest-input.ts';

export interface RestResponse {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | AsyncIterable<Uint8Array> | undefined;
}

const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** The response that an SDK command's output stands for, by the traits of the operation's output members. */
export function responseOf(operation: OperationSchema, output: Record<string, unknown>): RestResponse {
  const headers: OutgoingHttpHeaders = {};
  const document: Record<string, unknown> = {};
  let hasDocument = false;
  let body: RestResponse['body'];
  if (operation.name === 'GetBucketLocation') return location(output.LocationConstraint as string | undefined);
  if (!operation.output.isStructSchema()) return { status: operation.status, headers, body };
  for (const [name, member] of operation.output.structIterator()) {
    const { httpHeader, httpPrefixHeaders, httpPayload } = member.getMergedTraits();
    const value = output[name];
    if (!httpHeader && !httpPrefixHeaders && !httpPayload) {
      hasDocument = true;
      if (value !== undefined) document[name] = value;
    } else if (value === undefined) {
    } else if (httpHeader) headers[httpHeader] = toText(member, value);
    else if (httpPrefixHeaders) {
      for (const [key, text] of Object.entries(value as object)) headers[`${httpPrefixHeaders}${key}`] = text;
    } else body = payload(member, value);
  }
  if (hasDocument) body = `${declaration}${write(operation.output, document)}`;
  if (typeof body === 'string') headers['content-type'] ??= 'application/xml';
  return { status: output.ContentRange === undefined ? operation.status : 206, headers, body };
}

function toText(member: NormalizedSchema, value: unknown): string {
  if (value instanceof Date) return member.getSchema() === 5 ? value.toISOString() : value.toUTCString();
  return String(value);
}

function payload(member: NormalizedSchema, value: unknown): RestResponse['body'] {
  if (member.isStructSchema()) return `${declaration}${write(member, value)}`;
  return value as string | AsyncIterable<Uint8Array>;
}

function write(schema: NormalizedSchema, value: unknown): string {
  const serializer = xmlCodec.createSerializer();
  serializer.write(schema, value);
  return String(serializer.flush());
}

// The one document of S3 that is a bare text.
const location = (region = ''): RestResponse => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `${declaration}<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region}</LocationConstraint>`,
});
