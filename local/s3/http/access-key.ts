import type { IncomingMessage } from 'node:http';

/**
 * The access key id that a request was signed with, in its header or its presigned query. The signature itself is not
 * verified: the embedded S3 listens on the machine's own loopback and believes who calls.
 */
export function accessKeyOf(request: Pick<IncomingMessage, 'headers' | 'url'>): string | undefined {
  const header = request.headers.authorization ?? '';
  const signed = /^AWS4-[A-Z0-9-]+ .*?Credential=([^/,\s]+)\//.exec(header) ?? /^AWS ([^:\s]+):/.exec(header);
  if (signed) return signed[1];
  const query = new URLSearchParams(request.url?.split('?')[1] ?? '');
  return query.get('X-Amz-Credential')?.split('/')[0] ?? query.get('AWSAccessKeyId') ?? undefined;
}
