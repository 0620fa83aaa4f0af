import { s3Error } from './s3-error.ts';

const urlEncode = (text: string) =>
  encodeURIComponent(text)
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');

/** How a listing writes keys, prefixes, delimiters and markers: as they are, or with `EncodingType: url`. */
export function listingEncoder(encodingType: string | undefined): (text: string) => string {
  if (encodingType === undefined) return (text) => text;
  if (encodingType === 'url') return urlEncode;
  throw s3Error.invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encodingType);
}
