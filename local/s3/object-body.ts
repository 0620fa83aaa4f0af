import { Readable } from 'node:stream';
import type { BlobStore, Segment } from './blob-store.ts';

/** A GetObject body: a Node stream with the SDK's readers (`sdkStreamMixin` of `@smithy/core`). */
export type ObjectBody = Readable & {
  transformToByteArray(): Promise<Uint8Array>;
  transformToString(encoding?: string): Promise<string>;
  transformToWebStream(): ReadableStream;
};

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function objectBody(stream: Readable): ObjectBody {
  return Object.assign(stream, {
    transformToByteArray: async () => new Uint8Array(await collect(stream)),
    transformToString: async (encoding?: string) => {
      const bytes = await collect(stream);
      return encoding === undefined || Buffer.isEncoding(encoding)
        ? bytes.toString(encoding as BufferEncoding | undefined)
        : new TextDecoder(encoding).decode(bytes);
    },
    transformToWebStream: () => Readable.toWeb(stream) as ReadableStream,
  });
}

/** Bytes of segments. Blobs are opened now: an object that is deleted or overwritten while it is read stays whole. */
export function readSegments(blobs: BlobStore, segments: readonly Segment[]): Readable {
  const opened = segments.map(({ blob, start, length }) => blobs.read(blob, start, start + length));
  const chunks = (function* () {
    for (const blob of opened) yield* blob;
  })();
  const stream = Readable.from(chunks, { objectMode: false });
  stream.once('close', () => {
    for (const blob of opened) blob.close();
  });
  return stream;
}
