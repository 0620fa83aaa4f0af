import type { CopyObjectCommandInput } from '@aws-sdk/client-s3';

const HEADERS: Readonly<Record<string, string>> = {
  CopySource: 'x-amz-copy-source',
  CopySourceIfMatch: 'x-amz-copy-source-if-match',
  IfNoneMatch: 'if-none-match',
  ChecksumAlgorithm: 'x-amz-checksum-algorithm',
  MetadataDirective: 'x-amz-metadata-directive',
  TaggingDirective: 'x-amz-tagging-directive',
  StorageClass: 'x-amz-storage-class',
};

/** Signed as they are sent: no white space that a proxy may fold, nothing but ASCII. */
export const isPlain = (value: unknown): boolean => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
const META_NAME = /^[\w-]+$/;

/**
 * The headers of a CopyObject, `host` first, names in lower case. Undefined if a member has no header here or a value
 * does not fit into one: such a copy is the SDK's.
 */
export function copyHeaders(input: CopyObjectCommandInput, host: string): Record<string, string> | undefined {
  const headers: Record<string, string> = { host };
  for (const member in input) {
    if (member === 'Bucket' || member === 'Key') continue;
    const value: unknown = input[member as keyof CopyObjectCommandInput];
    if (member === 'Metadata') {
      for (const [name, text] of Object.entries(value ?? {})) {
        if (!META_NAME.test(name) || !isPlain(text)) return undefined;
        headers[`x-amz-meta-${name.toLowerCase()}`] = text;
      }
      continue;
    }
    const name = HEADERS[member];
    if (name === undefined || !isPlain(value)) return undefined;
    headers[name] = value as string;
  }
  return headers;
}

/** RFC 3986, slashes kept: encodeURIComponent leaves out !'()*. */
export const encodedKey = (key: string): string =>
  /^[\w.~/-]*$/.test(key) ? key : key.split('/').map(encodedPart).join('/');

const encodedPart = (part: string): string =>
  encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
