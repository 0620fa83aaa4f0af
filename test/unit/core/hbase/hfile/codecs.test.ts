import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { compress } from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { decompress } from '../../../../../core/hbase/hfile/compression.ts';
import { crc32c } from '../../../../../core/hbase/hfile/crc32c.ts';
import { readVint } from '../../../../../core/hbase/hfile/hadoop-vint.ts';
import { decompressLz4Block } from '../../../../../core/hbase/hfile/lz4-block.ts';
import { decompressSnappyBlock } from '../../../../../core/hbase/hfile/snappy-block.ts';

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
/** Hadoop's framing of one part. */
const frame = (raw: Uint8Array, part: Uint8Array) => Buffer.concat([int32(raw.length), int32(part.length), part]);
/** LZ4 without a match: literals only. */
const lz4Literals = (raw: Uint8Array) => {
  const rest = raw.length - 15;
  const extra = rest < 0 ? [] : [...Array(Math.floor(rest / 255)).fill(255), rest % 255];
  return Buffer.from([Math.min(raw.length, 15) << 4, ...extra, ...raw]);
};
const text = Buffer.from('row-0001 row-0002 row-0003 '.repeat(400));

describe('payloads', () => {
  test.each([
    ['NONE', text],
    ['GZ', gzipSync(text)],
    ['ZSTD', zstdCompressSync(text)],
    ['ZSTD', frame(text, zstdCompressSync(text))],
    ['SNAPPY', frame(text, compress(text))],
    [
      'SNAPPY',
      Buffer.concat([
        frame(text.subarray(0, 5000), compress(text.subarray(0, 5000))),
        frame(text.subarray(5000), compress(text.subarray(5000))),
        int32(0),
      ]),
    ],
    ['LZ4', frame(text, lz4Literals(text))],
  ] as const)('%s', (compression, payload) => {
    expect(Buffer.from(decompress(compression, payload, text.length))).toEqual(text);
    expect(() => decompress(compression, payload, text.length - 1)).toThrow();
    expect(() => decompress(compression, payload, text.length + 1)).toThrow();
  });

  test.each([
    ['GZ', gzipSync(Buffer.alloc(50_000_000))],
    ['ZSTD', zstdCompressSync(Buffer.alloc(50_000_000))],
    ['SNAPPY', frame(Buffer.alloc(1000), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]))],
    ['LZ4', Buffer.concat([int32(0x7fffffff), int32(4), int32(0)])],
  ] as const)('%s: more than the header announces is not unpacked', (compression, payload) => {
    expect(() => decompress(compression, payload, 1000)).toThrow();
  });

  test('a match that overlaps what it writes, in both codecs', () => {
    const target = Buffer.alloc(11);
    // "ab" and a match of 8 bytes at distance 2, then a literal.
    expect(decompressLz4Block(Buffer.from([0x24, 0x61, 0x62, 2, 0, 0x10, 0x21]), target, 0)).toBe(11);
    expect(target.toString()).toBe('abababababa'.slice(0, 10).concat('!'));
    target.fill(0);
    // length 11; literal "ab"; copy of 8 at distance 2; literal "!".
    expect(decompressSnappyBlock(Buffer.from([11, 0x04, 0x61, 0x62, 0x11, 2, 0x00, 0x21]), target, 0)).toBe(11);
    expect(target.toString()).toBe('ababababab!');
  });

  test('a Snappy literal of negative length ends in an error', () => {
    expect(() => decompressSnappyBlock(Buffer.from([4, 0xfc, 0xfa, 0xff, 0xff, 0xff]), Buffer.alloc(4), 0)).toThrow(
      RangeError,
    );
  });

  test('whatever the bytes, nothing is written outside and nothing but a RangeError is thrown', () => {
    const source = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(source, fc.constantFrom(decompressLz4Block, decompressSnappyBlock), (bytes, decode) => {
        const memory = Buffer.alloc(300, 7);
        try {
          decode(bytes, memory.subarray(100, 200), 10);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
        expect(
          memory.subarray(0, 110).every((byte) => byte === 7) && memory.subarray(200).every((byte) => byte === 7),
        ).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('Snappy agrees with the library on what it compressed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'bc', 'row-', '\0'), { maxLength: 3000 }), (parts) => {
        const raw = Buffer.from(parts.join(''));
        const target = Buffer.alloc(raw.length);
        expect(decompressSnappyBlock(compress(raw), target, 0)).toBe(raw.length);
        expect(target).toEqual(raw);
      }),
      { numRuns: 50 },
    );
  });
});

test('CRC-32C of RFC 3720 (B.4), at any alignment', () => {
  const ascending = Buffer.from([...Array(32).keys()]);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  expect(crc32c(Buffer.alloc(32, 255))).toBe(0x62a8ab43);
  expect(crc32c(ascending)).toBe(0x46dd794e);
  expect(crc32c(Buffer.concat([Buffer.alloc(3), ascending, Buffer.alloc(9)]), 3, 35)).toBe(0x46dd794e);
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
});

test.each([
  ['00', 0n],
  ['7f', 127n],
  ['90', -112n],
  ['8f80', 128n],
  ['8e0100', 256n],
  ['8780', -129n],
  ['887fffffffffffffff', 9223372036854775807n],
])('the Hadoop vint %s', (hex, value) => {
  const bytes = Buffer.from(hex, 'hex');
  expect(readVint(bytes, 0)).toEqual({ value, end: bytes.length });
  if (bytes.length > 1) expect(() => readVint(bytes, 0, bytes.length - 1)).toThrow(RangeError);
});
