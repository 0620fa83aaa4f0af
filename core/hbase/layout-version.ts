import { Buffer } from 'node:buffer';
import { HBaseFormatError } from './format-error.ts';
import { withoutPbufMagic } from './pbuf-magic.ts';
import { readMessage, readText } from './protobuf-message.ts';

/** Version of the directory layout in `hbase.version`: PBUF, HBaseVersionFileContent {1 version}. @throws HBaseFormatError */
export function readLayoutVersion(bytes: Uint8Array, what = 'hbase.version'): string {
  let version = '';
  readMessage(withoutPbufMagic(Buffer.from(bytes), what), what, 4, (tag, reader) => {
    if (tag !== 10) return false;
    version = readText(reader);
    return true;
  });
  if (!/^[\w.-]{1,32}$/.test(version)) throw new HBaseFormatError(what, 0, 'holds no version');
  return version;
}
