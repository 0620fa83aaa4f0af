import { zstdDecompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readCompressedLines } from '../../../core/compressed-lines.ts';
import { sha256 } from '../../../core/digest.ts';
import { LineCompressor } from '../../../core/line-compressor.ts';

async function compressed(lines: readonly string[]) {
  const compressor = new LineCompressor();
  for (const line of lines) await compressor.add(line);
  return compressor.end();
}

it.each([0, 1, 50_000])('%d lines: one frame, the same bytes each time, the digest of the text', async (count) => {
  const lines = Array.from({ length: count }, (_, i) => `${sha256(String(i))} ä😀`);
  const list = await compressed(lines);
  const text = lines.map((line) => `${line}\n`).join('');
  expect(zstdDecompressSync(list.bytes).toString('utf8')).toBe(text);
  expect(list).toMatchObject({ lines: count, sha256: sha256(text) });
  expect((await compressed(lines)).bytes.equals(list.bytes)).toBe(true);
  expect(await Array.fromAsync(readCompressedLines([list.bytes]))).toEqual(lines);
});
