import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { compressLines, LinesDamaged, readCompressedLines } from '../../../core/compressed-lines.ts';

async function read(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readCompressedLines(pieces)) lines.push(line);
  return lines;
}

const inPieces = (bytes: Uint8Array, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));

describe('compressed lines', () => {
  it.each([0, 1, 3, 50_000])('reads %i lines as they were written, in pieces of any size', async (count) => {
    const lines = Array.from({ length: count }, (_, i) => `{"path":"ä-${i}"}`);
    expect(await read(inPieces(compressLines(lines), 7_919))).toEqual(lines);
  });

  it('writes the same bytes for the same lines', () => {
    expect(compressLines(['a', 'b'])).toEqual(compressLines(['a', 'b']));
  });

  it('refuses what is no zstd frame', async () => {
    await expect(read([Buffer.from('no frame at all')])).rejects.toBeInstanceOf(LinesDamaged);
    const bytes = compressLines(['abc', 'def']);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1; // the frame's checksum
    await expect(read([bytes])).rejects.toBeInstanceOf(LinesDamaged);
  });

  it('refuses a last line without an end, and a line without measure', async () => {
    await expect(read([zstdCompressSync('a\nb')])).rejects.toThrow('no end');
    await expect(read([zstdCompressSync(Buffer.alloc(8 << 20, 'x'))])).rejects.toThrow('more than');
  });

  it("hands on the source's own error", async () => {
    const failing = (async function* () {
      yield compressLines(['a']).subarray(0, 6);
      throw new Error('connection lost');
    })();
    await expect(read(failing)).rejects.toThrow('connection lost');
  });
});
