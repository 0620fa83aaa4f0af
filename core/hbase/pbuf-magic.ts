import { Buffer } from 'node:buffer';
import { HBaseFormatError } from './format-error.ts';

/** ProtobufMagic: what HBase puts before a message in a file of its own. */
export const PBUF_MAGIC: Buffer = Buffer.from('PBUF', 'latin1');

export function hasPbufMagic(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && PBUF_MAGIC.compare(bytes, 0, 4) === 0;
}

/** The bytes behind the magic. @throws HBaseFormatError without it */
export function withoutPbufMagic(bytes: Uint8Array, what: string): Uint8Array {
  if (!hasPbufMagic(bytes)) throw new HBaseFormatError(what, 0, 'does not begin with PBUF');
  return bytes.subarray(4);
}
