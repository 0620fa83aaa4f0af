import { Buffer } from 'node:buffer';
import { Reader, Writer } from 'protobufjs/minimal.js';
import { HBaseFormatError } from './format-error.ts';

export { Reader, Writer };

/** Reads one field's value from `reader`, or answers false: the field is unknown and its bytes are kept. `tag` is number << 3 | wire type. */
export type FieldVisitor = (tag: number, reader: Reader) => boolean;

const NO_BYTES = Buffer.alloc(0);

/** A Buffer over the same memory. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Visits the fields of a protobuf message and answers the raw bytes (tag and value) of those that `visit` refused, so
 * that a message that is written again loses nothing. A field with another wire type than expected has another `tag`
 * and so counts as unknown, as in protobuf itself.
 * @param base where `bytes` starts in the thing called `what`
 * @throws HBaseFormatError
 */
export function readMessage(bytes: Uint8Array, what: string, base: number, visit: FieldVisitor): Buffer {
  const reader = new Reader(bufferOf(bytes));
  let unknown: Buffer[] | undefined;
  let start = 0;
  try {
    while (reader.pos < reader.len) {
      start = reader.pos;
      const tag = reader.tag();
      if (visit(tag, reader)) continue;
      skipField(tag, reader);
      unknown ??= [];
      unknown.push(reader.buf.subarray(start, reader.pos) as Buffer);
    }
  } catch (error) {
    if (error instanceof HBaseFormatError) throw error;
    throw new HBaseFormatError(what, base + start, `damaged protobuf message: ${(error as Error).message}`);
  }
  return unknown === undefined ? NO_BYTES : Buffer.concat(unknown);
}

export function skipField(tag: number, reader: Reader): void {
  const wireType = tag & 7;
  // Groups nest, HBase has none: refusing them keeps hostile bytes from recursing.
  if (tag >>> 3 === 0 || wireType === 3 || wireType === 4) throw new Error(`illegal field tag ${tag}`);
  reader.skipType(wireType);
}

/** A length-delimited value as bytes over the same memory. */
export function readBytes(reader: Reader): Buffer {
  return reader.bytes() as Buffer;
}

/** A length-delimited value as text; refuses what is not UTF-8, since a replaced character would name another file. */
export function readText(reader: Reader): string {
  const bytes = readBytes(reader);
  const text = bytes.toString();
  if (text.includes('\uFFFD')) throw new Error('text that is not UTF-8');
  return text;
}

/**
 * A 64-bit varint. Not protobufjs' own: that one answers a Long or, where a bundler hides the package `long`, a number
 * that has lost its low bits.
 */
export function readUint64(reader: Reader): bigint {
  let low = 0;
  let factor = 1;
  for (let i = 0; i < 7; i++) {
    const byte = byteOf(reader);
    low += (byte & 127) * factor;
    if (byte < 128) return BigInt(low);
    factor *= 128;
  }
  let high = 0;
  for (let i = 0; i < 3; i++) {
    const byte = byteOf(reader);
    high += (byte & 127) * 128 ** i;
    if (byte < 128) return BigInt.asUintN(64, (BigInt(high) << 49n) | BigInt(low));
  }
  throw new Error('varint of more than ten bytes');
}

/** A 64-bit varint that must be exact as a number. Without BigInt, because a manifest has a million of them. */
export function readSize(reader: Reader): number {
  let value = 0;
  for (let i = 0, factor = 1; i < 8; i++, factor *= 128) {
    const byte = byteOf(reader);
    value += (byte & 127) * factor;
    if (byte < 128 && value <= Number.MAX_SAFE_INTEGER) return value;
  }
  throw new Error('size is beyond 2^53');
}

export function readInt64(reader: Reader): bigint {
  return BigInt.asIntN(64, readUint64(reader));
}

/** Writes a 64-bit varint, negative values as their two's complement. */
export function writeUint64(writer: Writer, value: bigint): Writer {
  const low = Number(BigInt.asUintN(32, value));
  const high = Number(BigInt.asUintN(32, value >> 32n));
  return writer.uint64({ low, high, unsigned: true } as never);
}

function byteOf(reader: Reader): number {
  if (reader.pos >= reader.len) throw new Error('ends inside a varint');
  return reader.buf[reader.pos++]!;
}
