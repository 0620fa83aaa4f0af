import type { CopyChunk, FileEntry, PlannedFile, VerifyRange } from '../file-entry.ts';
import { entryOf, type PlannedCopy } from './planned-line.ts';

export interface CutLimits {
  /** Files of a copy chunk. */
  readonly chunkObjects: number;
  readonly chunkBytes: number;
  readonly rangeChunks: number;
  readonly rangeFiles: number;
}

/** What one child copies at most besides a number of files: a Lambda's life of server-side copies. */
export const CHUNK_BYTES = 64 * 1024 ** 3;

/** What one child does at most: those copies, or a pass over 10,000 listed files. */
export const CUT_LIMITS: Omit<CutLimits, 'chunkObjects'> = {
  chunkBytes: CHUNK_BYTES,
  rangeChunks: 10,
  rangeFiles: 10_000,
};

export type ChunkLine = Omit<CopyChunk, 'table'>;

/** Bounds of a range: behind the one, up to and with the other; absent at the ends of the key space. */
export interface RangeBounds {
  readonly after?: string;
  readonly upTo?: string;
}

export type PlanPiece =
  | { readonly kind: 'chunk'; readonly line: ChunkLine; readonly files: readonly PlannedCopy[] }
  | {
      readonly kind: 'range';
      readonly line: VerifyRange;
      readonly bounds: RangeBounds;
      readonly shares: readonly FileEntry[];
    };

/**
 * Cuts a merged plan into the chunks that are copied and the ranges that are verified. Both are contiguous in path
 * order; a range ends where a chunk ends; the ranges together cover every key, so that an object that nobody planned
 * lies in one of them. There is always at least one range.
 */
export async function* cutPlan(plan: AsyncIterable<PlannedFile>, limits: CutLimits): AsyncGenerator<PlanPiece> {
  let chunk: PlannedCopy[] = [];
  let chunkBytes = 0;
  let chunks = 0;
  let shares: FileEntry[] = [];
  let ranges = 0;
  let rangeFiles = 0;
  let firstChunk = 0;
  let after: string | undefined;
  let last: string | undefined;

  const takeChunk = (): PlanPiece => {
    const line = { chunk: chunks++, files: chunk.length, bytes: chunkBytes };
    const files = chunk;
    chunk = [];
    chunkBytes = 0;
    return { kind: 'chunk', line, files };
  };
  const takeRange = (isLast: boolean): PlanPiece => {
    const copied = chunks > firstChunk ? { chunks: [firstChunk, chunks - 1] as const } : {};
    const bounds = { ...(after !== undefined && { after }), ...(!isLast && last !== undefined && { upTo: last }) };
    const piece = {
      kind: 'range' as const,
      line: { range: ranges++, ...copied, files: rangeFiles, isLast },
      bounds,
      shares,
    };
    after = last;
    firstChunk = chunks;
    shares = [];
    rangeFiles = 0;
    return piece;
  };

  for await (const file of plan) {
    if (file.path !== last) {
      const isFull =
        file.action === 'copy' &&
        chunk.length > 0 &&
        (chunk.length >= limits.chunkObjects || chunkBytes + file.size > limits.chunkBytes);
      const isRangeFull =
        rangeFiles >= limits.rangeFiles || chunks + (isFull ? 1 : 0) - firstChunk >= limits.rangeChunks;
      if (chunk.length > 0 && (isFull || isRangeFull)) yield takeChunk();
      if (isRangeFull) yield takeRange(false);
    }
    if (file.action === 'copy') {
      chunk.push(file);
      chunkBytes += file.size;
    } else shares.push(entryOf(file));
    rangeFiles++;
    last = file.path;
  }
  if (chunk.length > 0) yield takeChunk();
  yield takeRange(true);
}
