import fc from 'fast-check';
import type { CellCursor } from '../../../../../core/hbase/hfile/cell-cursor.ts';
import { compareCells } from '../../../../../core/hbase/hfile/cell-order.ts';
import type { HFileSource } from '../../../../../core/hbase/hfile/hfile-source.ts';
import {
  type HFileSummary,
  HFileWriter,
  type HFileWriterOptions,
} from '../../../../../core/hbase/hfile/hfile-writer.ts';

/** A cell as a log has it, and its mvcc. */
export interface MadeCell {
  readonly bytes: Buffer;
  readonly mvcc: number;
}

export interface CellParts {
  readonly row: string | Uint8Array;
  readonly qualifier?: string | Uint8Array;
  readonly timestamp?: bigint;
  /** 4: Put. */
  readonly type?: number;
  readonly value?: string | Uint8Array;
  readonly tags?: Uint8Array | undefined;
  readonly mvcc?: number;
}

export function makeCell({
  row,
  qualifier = 'q',
  timestamp = 1n,
  type = 4,
  value = '',
  tags,
  mvcc = 1,
}: CellParts): MadeCell {
  const [rowBytes, qualifierBytes, valueBytes] = [Buffer.from(row), Buffer.from(qualifier), Buffer.from(value)];
  const key = Buffer.alloc(13 + rowBytes.length + qualifierBytes.length);
  key.writeUInt16BE(rowBytes.length, 0);
  key.set(rowBytes, 2);
  key.write('\u0001f', 2 + rowBytes.length, 'latin1');
  key.set(qualifierBytes, 4 + rowBytes.length);
  key.writeBigInt64BE(timestamp, key.length - 9);
  key[key.length - 1] = type;
  const lengths = Buffer.alloc(8);
  lengths.writeInt32BE(key.length, 0);
  lengths.writeInt32BE(valueBytes.length, 4);
  const tagBytes = tags === undefined ? [] : [Buffer.from([tags.length >> 8, tags.length & 255]), tags];
  return { bytes: Buffer.concat([lengths, key, valueBytes, ...tagBytes]), mvcc };
}

/** A tag of type TTL. */
export const TTL_TAG = Buffer.from('000908000000000000ea60', 'hex');

const short = fc.uint8Array({ maxLength: 4 });
/** Few different rows, columns, timestamps and ids, so that cells are often the same in part or whole. */
export const someCell: fc.Arbitrary<MadeCell> = fc
  .record({
    row: fc.oneof(fc.constantFrom('a', 'ab', 'abc', 'prefix-1', 'prefix-2', 'prefix-2\0'), short),
    qualifier: fc.oneof(fc.constantFrom('', 'q', 'q1'), short),
    timestamp: fc.constantFrom(0n, 1n, 1n << 40n, (1n << 63n) - 1n),
    type: fc.constantFrom(4, 4, 4, 8, 10, 12, 14),
    value: fc.uint8Array({ maxLength: 40 }),
    tags: fc.option(fc.constant(TTL_TAG), { nil: undefined }),
    mvcc: fc.constantFrom(0, 1, 127, 128, 65_536, 2 ** 40, Number.MAX_SAFE_INTEGER),
  })
  .map(makeCell);

/** The order by definition, for comparison; the later of equal cells is kept. */
export function inOrder(cells: readonly MadeCell[]): MadeCell[] {
  const compare = (a: MadeCell, b: MadeCell) => compareCells(a.bytes, 0, a.mvcc, b.bytes, 0, b.mvcc);
  const sorted = cells.map((cell, i) => ({ cell, i })).sort((a, b) => compare(a.cell, b.cell) || b.i - a.i);
  return sorted.filter(({ cell }, i) => i === 0 || compare(sorted[i - 1]!.cell, cell) !== 0).map(({ cell }) => cell);
}

export function cursorOf(cells: Iterable<MadeCell>): CellCursor {
  const iterator = cells[Symbol.iterator]();
  const cursor = {
    bytes: new Uint8Array() as Uint8Array,
    at: 0,
    end: 0,
    mvcc: 0,
    advance: () => {
      const next = iterator.next();
      if (next.done) return false;
      cursor.bytes = next.value.bytes;
      cursor.end = next.value.bytes.length;
      cursor.mvcc = next.value.mvcc;
      return true;
    },
  };
  return cursor;
}

/** Copies of all that a cursor has. */
export async function cellsOf(cursor: CellCursor): Promise<MadeCell[]> {
  const cells: MadeCell[] = [];
  while (await cursor.advance())
    cells.push({ bytes: Buffer.from(cursor.bytes.subarray(cursor.at, cursor.end)), mvcc: cursor.mvcc });
  return cells;
}

/** As text, for a comparison that shows where it differs. */
export const printed = (cells: readonly MadeCell[]): string[] =>
  cells.map(({ bytes, mvcc }) => `${bytes.toString('latin1')} ${mvcc}`);

/** A source over memory that counts its reads. */
export function sourceOf(bytes: Uint8Array): HFileSource & { readonly reads: number[] } {
  const reads: number[] = [];
  const read = async (offset: number, length: number) => {
    reads.push(length);
    return bytes.subarray(offset, offset + length);
  };
  return { sizeBytes: bytes.length, read, reads };
}

/** Copies, since the writer uses its memory again; spoilt afterwards, so that a writer that relied on it would show. */
export function memorySink(): { readonly sink: (bytes: Uint8Array) => Promise<void>; readonly content: () => Buffer } {
  const parts: Buffer[] = [];
  const sink = async (bytes: Uint8Array) => {
    parts.push(Buffer.from(bytes));
    bytes.fill(0xee);
  };
  return { sink, content: () => Buffer.concat(parts) };
}

export async function madeHFile(
  cells: Iterable<MadeCell>,
  options: Partial<HFileWriterOptions> = {},
): Promise<HFileSummary & { readonly bytes: Buffer }> {
  const { sink, content } = memorySink();
  const kind = { kind: 'store-file', isMob: false } as const;
  const defaults = {
    kind,
    compression: 'NONE',
    blockBytes: 65_536,
    bloom: 'ROW',
    hasTags: true,
    createdAtMs: 1_700_000_000_000,
  } as const;
  const writer = new HFileWriter({ ...defaults, ...options }, sink);
  for (const { bytes, mvcc } of cells) await writer.append(bytes, 0, bytes.length, mvcc);
  const summary = await writer.finish();
  return { ...summary, bytes: content() };
}
