import { Buffer } from 'node:buffer';
import { HBaseFormatError } from '../format-error.ts';
import { hasPbufMagic } from '../pbuf-magic.ts';
import { Reader, readBytes, readMessage, Writer } from '../protobuf-message.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';

/** The entries of a file's FILEINF2 block, keys as latin1 text. */
export type FileInfo = ReadonlyMap<string, Buffer>;

/** @throws HFileCorrupt */
export function readFileInfo(payload: Uint8Array, offset: number): FileInfo {
  const corrupt = (reason: string) => new HFileCorrupt('file info block', offset, reason);
  if (!hasPbufMagic(payload)) throw corrupt('does not begin with PBUF');
  const info = new Map<string, Buffer>();
  try {
    const reader = new Reader(payload.subarray(4));
    readMessage(readBytes(reader), 'file info', 0, (tag, entries) => {
      if (tag !== 10) return false;
      let key = '';
      let value: Buffer = Buffer.alloc(0);
      readMessage(readBytes(entries), 'file info', 0, (entryTag, entry) => {
        if (entryTag === 10) key = readBytes(entry).toString('latin1');
        else if (entryTag === 18) value = Buffer.from(readBytes(entry));
        else return false;
        return true;
      });
      info.set(key, value);
      return true;
    });
  } catch (error) {
    throw corrupt(error instanceof HBaseFormatError ? error.reason : (error as Error).message);
  }
  return info;
}

/** Bytes.toBytes(int) or (long) of an entry. @throws HFileCorrupt with another length */
export function integerOf(info: FileInfo, key: string, bytes: 4 | 8, offset: number): bigint | undefined {
  const value = info.get(key);
  if (value === undefined) return undefined;
  if (value.length !== bytes) throw new HFileCorrupt('file info block', offset, `${key} has ${value.length} bytes`);
  return bytes === 4 ? BigInt(value.readInt32BE()) : value.readBigInt64BE();
}

/** The payload of a FILEINF2 block; entries in the order of their keys, as HBase's sorted map has them. */
export function writeFileInfo(info: FileInfo): Buffer {
  const message = new Writer();
  for (const key of [...info.keys()].sort()) {
    const name = Buffer.from(key, 'latin1');
    message.uint32(10).fork().uint32(10).bytes(name).uint32(18).bytes(info.get(key)!).ldelim();
  }
  return Buffer.concat([Buffer.from('PBUF'), new Writer().bytes(message.finish()).finish()]);
}
