import { InvalidInput } from './errors/input-errors.ts';

/** A place in S3: `s3://bucket/prefix`, the prefix without slashes at its ends. */
export interface S3Uri {
  readonly bucket: string;
  /** Never empty, never begins or ends with `/`. */
  readonly prefix: string;
  /** The canonical text, `s3://<bucket>/<prefix>`: the identity of a root. */
  readonly uri: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * Reads an S3 URI (`s3a://` and `s3n://`, as HBase writes them, mean the same). `field` names it in errors.
 * Refused: no prefix (as HBase refuses a root without a path), `.` and `..` segments, empty segments, control
 * characters, more than 512 bytes.
 * @throws InvalidInput
 */
export function parseS3Uri(text: string, field: string): S3Uri {
  const refuse = (why: string): never => {
    throw new InvalidInput(`${field}: "${text.slice(0, 200)}" ${why}`, `give ${field} as s3://bucket/prefix`, {
      field,
    });
  };
  const match = /^s3[an]?:\/\/([^/]*)(?:\/(.*))?$/su.exec(text);
  if (!match) return refuse('is no S3 URI');
  const bucket = match[1] ?? '';
  if (!BUCKET.test(bucket)) refuse('has no valid bucket name');
  const prefix = (match[2] ?? '').replace(/\/+$/, '');
  if (prefix === '') refuse('has no prefix: the root of a bucket is no place for backups');
  if (Buffer.byteLength(prefix) > 512) refuse('has a prefix of more than 512 bytes');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f]/.test(prefix)) refuse('has control characters');
  if (prefix.split('/').some((part) => part === '' || part === '.' || part === '..')) {
    refuse('has an empty, "." or ".." path segment');
  }
  return { bucket, prefix, uri: `s3://${bucket}/${prefix}` };
}

/** Is `inner` the same place as `outer`, or below it? */
export function isWithin(inner: S3Uri, outer: S3Uri): boolean {
  return inner.bucket === outer.bucket && `${inner.prefix}/`.startsWith(`${outer.prefix}/`);
}

/** Do the two places overlap in any way? */
export const overlaps = (a: S3Uri, b: S3Uri): boolean => isWithin(a, b) || isWithin(b, a);
