import { ServiceError } from '../../service.ts';
import { type ChecksumMembers, checksumAlgorithms } from '../checksum.ts';
import type { TrailingBody } from '../stored-body.ts';

const maxLineBytes = 16 * 1024;

const incomplete = () => new ServiceError('IncompleteBody', 'The request body terminated unexpectedly', 400);

/**
 * A body in `aws-chunked` encoding: chunks `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n`, a chunk of length 0,
 * trailing headers (S3 API reference, "Signature calculations: … chunked upload"). Signatures are not verified.
 */
export function awsChunked(source: AsyncIterable<Uint8Array>, decodedBytes: number | undefined): TrailingBody {
  const trailers = new Map<string, string>();
  return {
    [Symbol.asyncIterator]: () => decodeChunks(source, decodedBytes, trailers),
    trailingChecksums: () => {
      const members: ChecksumMembers = {};
      for (const algorithm of checksumAlgorithms) {
        const value = trailers.get(`x-amz-checksum-${algorithm.toLowerCase()}`);
        if (value !== undefined) members[`Checksum${algorithm}`] = value;
      }
      return members;
    },
  };
}

async function* decodeChunks(
  source: AsyncIterable<Uint8Array>,
  decodedBytes: number | undefined,
  trailers: Map<string, string>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new LineReader(source);
  try {
    yield* chunksOf(reader, decodedBytes, trailers);
  } finally {
    await reader.close();
  }
}

async function* chunksOf(
  reader: LineReader,
  decodedBytes: number | undefined,
  trailers: Map<string, string>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let total = 0;
  for (;;) {
    const match = /^([0-9a-fA-F]{1,12})(?:;.*)?$/.exec(await reader.line());
    if (!match) throw incomplete();
    let left = Number.parseInt(match[1]!, 16);
    if (left === 0) break;
    total += left;
    while (left > 0) {
      const piece = await reader.bytes(left);
      left -= piece.length;
      yield piece;
    }
    if ((await reader.line()) !== '') throw incomplete();
  }
  for (let line = await reader.line(true); line !== ''; line = await reader.line(true)) {
    const colon = line.indexOf(':');
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    if (trailers.size > 32) throw incomplete();
  }
  if (decodedBytes !== undefined && decodedBytes !== total) throw incomplete();
}

class LineReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Up to and without `\r\n`; at the end of the body an empty line where that is allowed. */
  async line(mayEnd = false): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf('\r\n');
      if (end >= 0) {
        const line = this.#held.toString('latin1', 0, end);
        this.#held = this.#held.subarray(end + 2);
        return line;
      }
      if (this.#held.length > maxLineBytes) throw incomplete();
      if (!(await this.#more())) {
        if (mayEnd && this.#held.length === 0) return '';
        throw incomplete();
      }
    }
  }

  /** At least one byte, at most `most`. */
  async bytes(most: number): Promise<Uint8Array> {
    if (this.#held.length === 0 && !(await this.#more())) throw incomplete();
    const piece = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(piece.length);
    return piece;
  }

  /** Lets go of the source, wherever reading stopped. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#source.next();
    if (done) return false;
    this.#held =
      this.#held.length === 0
        ? Buffer.from(value.buffer, value.byteOffset, value.length)
        : Buffer.concat([this.#held, value]);
    return true;
  }
}
