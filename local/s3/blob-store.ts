/**
 * Immutable runs of bytes by id. A blob is whole before it is named anywhere: `finish` comes before the record that
 * mentions it, and `delete` after the record that drops it.
 */
export interface BlobStore {
  create(id: string): BlobWriter;
  /** Bytes `[start, end)`. The blob must stay readable to the end of the iteration even if it is deleted meanwhile. */
  read(id: string, start: number, end: number): Iterable<Uint8Array> & { close(): void };
  delete(id: string): void;
  /** Every whole or half written blob. */
  ids(): Iterable<string>;
}

export interface BlobWriter {
  write(chunk: Uint8Array): void;
  finish(): void;
  abandon(): void;
}

/** Bytes of an object: a slice of a blob. Copies and ranges of copies share blobs. */
export interface Segment {
  readonly blob: string;
  readonly start: number;
  readonly length: number;
}

/** The segments that cover bytes `[start, end)` of these. */
export function sliceSegments(segments: readonly Segment[], start: number, end: number): Segment[] {
  const slices: Segment[] = [];
  let at = 0;
  for (const { blob, start: from, length } of segments) {
    const low = Math.max(start, at);
    const high = Math.min(end, at + length);
    if (low < high) slices.push({ blob, start: from + low - at, length: high - low });
    at += length;
  }
  return slices;
}
