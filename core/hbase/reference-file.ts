import { Buffer } from 'node:buffer';
import { HBaseFormatError } from './format-error.ts';
import { hasPbufMagic, PBUF_MAGIC } from './pbuf-magic.ts';
import { readBytes, readMessage, Writer } from './protobuf-message.ts';

/** Reference: which rows of the parent's file a daughter sees: those before the split key (bottom) or from it on (top). */
export interface Reference {
  /** Key bytes of a cell, the first of the split row. */
  readonly splitKey: Uint8Array;
  readonly range: 'top' | 'bottom';
}

/** The content of a reference file in a family's directory. @throws HBaseFormatError */
export function readReferenceFile(bytes: Uint8Array, what = 'reference'): Reference {
  if (!hasPbufMagic(bytes)) throw new HBaseFormatError(what, 0, 'does not begin with PBUF (written before 0.96)');
  return readReference(bytes.subarray(4), what, 4);
}

export function writeReferenceFile(reference: Reference): Uint8Array {
  return Buffer.concat([PBUF_MAGIC, writeReference(reference)]);
}

/** The bare message, as in a snapshot manifest. @throws HBaseFormatError */
export function readReference(bytes: Uint8Array, what = 'reference', base = 0): Reference {
  let splitKey: Uint8Array | undefined;
  let range: number | undefined;
  readMessage(bytes, what, base, (tag, reader) => {
    if (tag === 10) splitKey = readBytes(reader);
    else if (tag === 16) range = reader.uint32();
    else return false;
    return true;
  });
  if (splitKey === undefined || (range !== 0 && range !== 1)) {
    throw new HBaseFormatError(what, base, 'a reference without split key or range');
  }
  return { splitKey, range: range === 0 ? 'top' : 'bottom' };
}

export function writeReference(reference: Reference): Uint8Array {
  const writer = new Writer().uint32(10).bytes(reference.splitKey);
  return writer
    .uint32(16)
    .uint32(reference.range === 'top' ? 0 : 1)
    .finish();
}
