import type { Transform, TransformCallback } from 'node:stream';
import zlib from 'node:zlib';

const PIECES = Symbol('pieces');
type Stream = Transform & { [PIECES]?: Buffer[] };
type Prototype = Pick<Transform, '_transform' | '_flush'>;

/** A stream of this class does its work at its end, in this thread. Answers how to undo it. */
function whole({ prototype }: { prototype: Transform }, work: (bytes: Buffer) => Buffer): () => void {
  const own = prototype as Partial<Prototype>;
  own._transform = function (this: Stream, piece: Buffer, _encoding: string, done: TransformCallback) {
    this[PIECES] ??= [];
    this[PIECES].push(Buffer.from(piece));
    done();
  };
  own._flush = function (this: Stream, done: TransformCallback) {
    try {
      done(null, work(Buffer.concat(this[PIECES] ?? [])));
    } catch (error) {
      done(error as Error);
    }
  };
  return () => {
    delete own._transform;
    delete own._flush;
  };
}

/**
 * Streams of zstd without threads, from now on: what a thread does comes at a moment of its own, so that the same case
 * could make its calls in another order. Answers how to undo it.
 */
export function synchronousZstd(): () => void {
  const params = { [zlib.constants.ZSTD_c_checksumFlag]: 1, [zlib.constants.ZSTD_c_compressionLevel]: 1 };
  const classes = zlib as unknown as Record<'ZstdCompress' | 'ZstdDecompress', { prototype: Transform }>;
  const undo = [
    whole(classes.ZstdCompress, (bytes) => zlib.zstdCompressSync(bytes, { params })),
    whole(classes.ZstdDecompress, (bytes) => zlib.zstdDecompressSync(bytes)),
  ];
  return () => {
    for (const one of undo) one();
  };
}
