import { Buffer } from 'node:buffer';
import { HBaseFormatError } from './format-error.ts';
import { hasPbufMagic, PBUF_MAGIC } from './pbuf-magic.ts';
import { readMessage, readText, Writer } from './protobuf-message.ts';

/** The id in `hbase.id`: a UUID, of which clusters before 0.96 wrote the bare text. @throws HBaseFormatError */
export function readClusterId(bytes: Uint8Array, what = 'hbase.id'): string {
  let id = '';
  if (hasPbufMagic(bytes)) {
    readMessage(bytes.subarray(4), what, 4, (tag, reader) => {
      if (tag !== 10) return false;
      id = readText(reader);
      return true;
    });
  } else if (bytes.length <= 64) {
    id = Buffer.from(bytes).toString('latin1').trim();
  }
  if (!/^[0-9A-Za-z-]{1,64}$/.test(id)) throw new HBaseFormatError(what, 0, 'holds no cluster id');
  return id;
}

export function writeClusterId(id: string): Uint8Array {
  return Buffer.concat([PBUF_MAGIC, new Writer().uint32(10).string(id).finish()]);
}
