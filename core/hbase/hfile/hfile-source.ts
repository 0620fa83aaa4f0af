import { HFileCorrupt } from './hfile-corrupt.ts';

/** A file to read from, by ranges: an S3 object or a local file. */
export interface HFileSource {
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset` on; the caller does not write to them. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** @throws HFileCorrupt if the source gives fewer or more bytes */
export async function readExactly(source: HFileSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await source.read(offset, length);
  if (bytes.length === length) return bytes;
  throw new HFileCorrupt('file', offset, `${bytes.length} bytes were read where ${length} were asked for`);
}
