import { describe, expect, it } from 'vitest';
import { readCompressedLines } from '../../../../core/compressed-lines.ts';
import { ChunkWriter } from '../../../../lambdas/operations/chunk-writer.ts';

const place = { bucket: 'work', work: 'work/x/r1/', table: 3 };

async function write(sizes: readonly number[], limit: { files: number; bytes: number }) {
  const objects = new Map<string, Uint8Array>();
  const put = async (_: string, key: string, bytes: Uint8Array) => void objects.set(key, bytes);
  const chunks = new ChunkWriter({ put }, place, 7, limit);
  for (const [i, size] of sizes.entries()) await chunks.add(`line ${i}`, size);
  const written = await chunks.end();
  const lines: string[] = [];
  for (const key of [...objects.keys()].sort()) {
    for await (const line of readCompressedLines([objects.get(key) ?? Buffer.alloc(0)])) lines.push(line);
  }
  return { written, lines, keys: [...objects.keys()] };
}

describe('chunks of lines', () => {
  it('end at a number of files', async () => {
    const { written, lines } = await write([1, 1, 1, 1, 1], { files: 2, bytes: 100 });
    expect(written.map(({ files }) => files)).toEqual([2, 2, 1]);
    expect(lines).toEqual(['line 0', 'line 1', 'line 2', 'line 3', 'line 4']);
  });

  it('end before a number of bytes, and one larger file is a chunk of its own', async () => {
    const { written } = await write([4, 4, 4, 50, 1], { files: 100, bytes: 10 });
    expect(written.map(({ files, bytes }) => [files, bytes])).toEqual([
      [2, 8],
      [1, 4],
      [1, 50],
      [1, 1],
    ]);
  });

  it('are numbered on from the tables before', async () => {
    const { written, keys } = await write([1, 1], { files: 1, bytes: 100 });
    expect(written.map(({ chunk, table }) => [chunk, table])).toEqual([
      [7, 3],
      [8, 3],
    ]);
    expect(keys).toEqual(['work/x/r1/plan/copy-00007.jsonl.zst', 'work/x/r1/plan/copy-00008.jsonl.zst']);
  });

  it('are none for no files', async () => {
    expect(await write([], { files: 1, bytes: 1 })).toEqual({ written: [], lines: [], keys: [] });
  });
});
