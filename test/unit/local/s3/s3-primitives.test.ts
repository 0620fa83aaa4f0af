import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sliceSegments } from '../../../../local/s3/blob-store.ts';
import { byteRange } from '../../../../local/s3/byte-range.ts';
import { fullObjectChecksum, hasherOf } from '../../../../local/s3/checksum.ts';
import { parseCopySource } from '../../../../local/s3/copy-source.ts';
import { crc32c } from '../../../../local/s3/crc32c.ts';
import { SortedKeys } from '../../../../local/s3/sorted-keys.ts';
import { compareUtf8 } from '../../../../local/s3/utf8-order.ts';

describe('order of keys', () => {
  it('is the order of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('is kept over inserts and deletes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ maxLength: 2 }), fc.boolean())), (steps) => {
        const keys = new SortedKeys<true>();
        const model = new Set<string>();
        for (const [key, isPut] of steps) {
          if (isPut) keys.set(key, true);
          else keys.delete(key);
          if (isPut) model.add(key);
          else model.delete(key);
        }
        expect([...keys.entries()].map(([key]) => key)).toEqual([...model].sort(compareUtf8));
      }),
    );
  });
});

describe('checksums', () => {
  it('CRC32C is the catalogue value, and may be continued', () => {
    const text = Buffer.from('123456789');
    expect(crc32c(text)).toBe(0xe3069283);
    expect(crc32c(text.subarray(2), crc32c(text.subarray(0, 2)))).toBe(0xe3069283);
  });

  it('the checksum of a whole follows from those of any parts', async () => {
    const sum = async (algorithm: 'CRC32' | 'CRC32C' | 'CRC64NVME', bytes: Uint8Array) => {
      const hasher = hasherOf[algorithm]();
      hasher.update(bytes);
      return hasher.digest();
    };
    const parts = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 });
    const algorithms = fc.constantFrom('CRC32' as const, 'CRC32C' as const, 'CRC64NVME' as const);
    await fc.assert(
      fc.asyncProperty(algorithms, parts, async (algorithm, pieces) => {
        const sums = await Promise.all(
          pieces.map(async (bytes) => ({ value: await sum(algorithm, bytes), size: bytes.length })),
        );
        expect(fullObjectChecksum(algorithm, sums).value).toBe(await sum(algorithm, Buffer.concat(pieces)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('copy sources', () => {
  it.each([
    ['b/k', { Bucket: 'b', Key: 'k' }],
    ['/b/a%2Bb%20c/d', { Bucket: 'b', Key: 'a+b c/d' }],
    ['b%2Fk?versionId=v1', { Bucket: 'b', Key: 'k', VersionId: 'v1' }],
    ['b/what%3FversionId=x', { Bucket: 'b', Key: 'what?versionId=x' }],
    ['b/a+b', { Bucket: 'b', Key: 'a b' }],
  ])('%s', (source, parsed) => expect(parseCopySource(source)).toEqual(parsed));

  it.each(['', 'b', 'b/', '/b', 'b/%zz', 'b/ü'])('%j is refused', (source) => {
    expect(() => parseCopySource(source)).toThrow('Invalid copy source');
  });
});

describe('byte ranges', () => {
  it.each([undefined, 'bytes=', 'bytes=-', 'bytes=3-1', 'bytes=0-1,3-4', 'lines=0-1'])('%j is ignored', (header) => {
    expect(byteRange(header, 10)).toBeUndefined();
  });

  it('of nothing cannot be satisfied', () => {
    expect(() => byteRange('bytes=0-', 0)).toThrow('not satisfiable');
  });

  it('select the same bytes of segments as of the whole', () => {
    const segments = [
      { blob: 'a', start: 2, length: 3 },
      { blob: 'b', start: 0, length: 4 },
    ];
    expect(sliceSegments(segments, 2, 5)).toEqual([
      { blob: 'a', start: 4, length: 1 },
      { blob: 'b', start: 0, length: 2 },
    ]);
  });
});
