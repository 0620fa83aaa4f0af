/**
 * Cases of the S3 conformance suite that versitygw 1.8.0 over a directory (`posix`) was seen to answer otherwise than
 * Amazon S3 documents; why, where it is one thing.
 */
export const versitygwDeviations: readonly string[] = [
  // Keys are paths of a file system: `a` and `a/b`, `//`, `..` and names over 255 bytes do not go.
  'keys of any spelling are kept apart',
  'sources of any spelling, encoded',
  'keys come in the order of their UTF-8 bytes',
  'a delimiter rolls up, over page boundaries too',
  'a key of 1,024 bytes is taken, one of 1,025 is not',
  // A streamed body in chunks of less than 8 KiB is refused.
  'bodies may be text, bytes and streams, and empty',
  'policy, public access block and lifecycle are kept',
  'GetObjectAttributes names ETag, checksum, size and class',
  // No storage classes.
  'bytes of an archived class cannot be read',
  "directives replace metadata and tags; the class is the request's",
  'a missing source, another owner and an archived source are refused',
  // More than 1,000 are taken.
  'at most 1,000 deletes a request',
  'put If-None-Match succeeds over a delete marker',
  // No condition on a delete, no owner of a copy's source, no If-None-Match of a copy.
  'delete If-Match: refuses another object',
  'delete of many: one that is refused is named, the others go',
  'copy If-None-Match: refused where something is',
  'parts become one object, whole and with a multipart ETag; then the upload is gone',
  'a part sent again replaces itself; what is not listed is left out',
  // EntityTooSmall where the order is wrong as well.
  'wrong order, small parts, unknown parts, no parts are refused',
  'Create, UploadPart and UploadPartCopy take no If-None-Match',
  'UploadPartCopy: ranges and CopySourceIfMatch',
  'COMPOSITE: the checksum of the checksums, and Complete must name them',
  'ListMultipartUploads pages by key and upload',
  'EncodingType url encodes keys and prefixes',
  'a token that is none is refused',
  // NoSuchKey for a version that is not there.
  'every version is kept and readable',
  'versions list newest first, the latest is named, pages cut anywhere',
];
