import type { Buffer } from 'node:buffer';
import type { BlockHeader } from './block.ts';
import type { CellLayout } from './block-cells.ts';
import { ByteReader } from './byte-reader.ts';
import { type DeltaReader, diffReader, fastDiffReader, prefixReader } from './delta-cells.ts';
import { EncodedTags } from './encoded-tags.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { vintLength } from './hadoop-vint.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';

/** DataBlockEncoding's ids, which an encoded block begins with. */
const DELTAS: Readonly<Record<number, () => DeltaReader>> = { 2: prefixReader, 3: diffReader, 4: fastDiffReader };
const ROW_INDEX_V1 = 7;

/**
 * The payload that the block would have without its data block encoding, as `layout` says.
 * @param maxBytes of it, against a small block that unfolds into gigabytes
 * @throws HFileCorrupt
 */
export function decodeDataBlock(payload: Buffer, layout: CellLayout, header: BlockHeader, maxBytes: number): Buffer {
  const corrupt = (reason: string) => new HFileCorrupt(`${header.type} block`, header.offset, reason);
  const id = payload.length < 6 ? -1 : payload.readUInt16BE(0);
  try {
    if (id === ROW_INDEX_V1) return rowIndexed(payload);
    const makeReader = DELTAS[id];
    if (makeReader === undefined) throw new RangeError(`encoding ${id} is unknown`);
    return unfold(payload, makeReader(), layout, maxBytes);
  } catch (error) {
    if (error instanceof RangeError) throw corrupt(error.message);
    throw error;
  }
}

/** RowIndexCodecV1: plain cells, then the number of rows, where each begins, and the length of the cells. */
function rowIndexed(payload: Buffer): Buffer {
  const cellBytes = payload.readInt32BE(payload.length - 4);
  const rowsAt = 2 + cellBytes;
  if (cellBytes < 0 || rowsAt + 8 > payload.length) throw new RangeError(`cells of ${cellBytes} bytes`);
  const rows = payload.readInt32BE(rowsAt);
  if (rowsAt + 8 + 4 * rows !== payload.length) throw new RangeError(`an index of ${rows} rows that does not fit`);
  return payload.subarray(2, rowsAt);
}

function unfold(payload: Buffer, readCell: DeltaReader, layout: CellLayout, maxBytes: number): Buffer {
  const sizeBytes = payload.readInt32BE(2);
  if (sizeBytes < 0 || sizeBytes > maxBytes) throw new RangeError(`unfolds to ${sizeBytes} bytes`);
  const source = new ByteReader(payload, 6, payload.length);
  const target = new GrowingBytes(Math.min(sizeBytes, 4 * payload.length) + 64);
  const tags = layout.hasTags ? new EncodedTags(layout.hasCompressedTags) : undefined;
  while (source.at < source.end) {
    readCell(source, target);
    tags?.copy(source, target);
    if (layout.mvcc !== 'none') {
      const at = source.skip(1);
      source.skip(vintLength((payload[at]! << 24) >> 24) - 1);
      target.append(payload.subarray(at, source.at));
    }
    if (target.length > sizeBytes) break;
  }
  if (target.length !== sizeBytes) throw new RangeError(`unfolds to ${target.length} bytes, it says ${sizeBytes}`);
  return target.content();
}
