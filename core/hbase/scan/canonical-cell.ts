import { Buffer } from 'node:buffer';
import { printable } from '../../printable.ts';
import { int32 } from '../hfile/cell-order.ts';
import { CELL_TYPES } from '../hfile/cell-type.ts';
import { tagsAt } from './cell-tags.ts';

/** A cell as JSON: bytes in base64, int64 as decimal text. */
export interface CanonicalCell {
  readonly row: string;
  readonly family: string;
  readonly qualifier: string;
  readonly ts: string;
  /** As HBase names it. */
  readonly type: string;
  readonly value: string;
  /** The block of tags without its length; absent if there is none. */
  readonly tags?: string;
  readonly mvcc: string;
  /** Those of the four that are UTF-8 without control characters, as they read. */
  readonly text: {
    readonly row?: string;
    readonly family?: string;
    readonly qualifier?: string;
    readonly value?: string;
  };
}

/** The parts of a cell `bytes[at, end)`, in the same memory. */
export interface CellParts {
  readonly row: Buffer;
  readonly family: Buffer;
  readonly qualifier: Buffer;
  readonly timestamp: bigint;
  readonly type: string;
  readonly value: Buffer;
  readonly tags: Buffer;
}

const TYPE_NAMES = new Map<number, string>(Object.entries(CELL_TYPES).map(([name, code]) => [code, name]));
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function cellParts(bytes: Uint8Array, at: number, end: number): CellParts {
  const cell = Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at);
  const keyEnd = 8 + int32(cell, 0);
  const familyAt = 11 + cell.readUInt16BE(8);
  const qualifierAt = familyAt + cell[familyAt - 1]!;
  return {
    row: cell.subarray(10, familyAt - 1),
    family: cell.subarray(familyAt, qualifierAt),
    qualifier: cell.subarray(qualifierAt, keyEnd - 9),
    timestamp: cell.readBigInt64BE(keyEnd - 9),
    type: TYPE_NAMES.get(cell[keyEnd - 1]!) ?? String(cell[keyEnd - 1]),
    value: cell.subarray(keyEnd, keyEnd + int32(cell, 4)),
    tags: cell.subarray(tagsAt(cell, 0, cell.length)),
  };
}

export function canonicalCell(bytes: Uint8Array, at: number, end: number, mvcc: number): CanonicalCell {
  const { row, family, qualifier, timestamp, type, value, tags } = cellParts(bytes, at, end);
  const named = Object.entries({ row, family, qualifier, value });
  const texts = named.flatMap(([name, part]) => {
    const text = textOf(part);
    return text === undefined ? [] : [[name, text] as const];
  });
  return {
    row: row.toString('base64'),
    family: family.toString('base64'),
    qualifier: qualifier.toString('base64'),
    ts: String(timestamp),
    type,
    value: value.toString('base64'),
    ...(tags.length > 0 && { tags: tags.toString('base64') }),
    mvcc: String(mvcc),
    text: Object.fromEntries(texts),
  };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = UTF8.decode(bytes);
    return printable(text) === text ? text : undefined;
  } catch {
    return undefined;
  }
}
