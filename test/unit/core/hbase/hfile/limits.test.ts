import { expect, test } from 'vitest';
import { HFileReader } from '../../../../../core/hbase/hfile/hfile-reader.ts';
import { HFileScanner } from '../../../../../core/hbase/hfile/hfile-scanner.ts';
import { verifyHFile } from '../../../../../core/hbase/hfile/verify-hfile.ts';
import { hfileOf, type Part, partsOf } from '../../../../fuzz/hfile-parts.ts';
import { cellsOf, madeHFile, makeCell, sourceOf } from './made-cells.ts';

const MOST = 32_767;
const small = { blockBytes: 200, index: { chunkBytes: 120, minEntries: 2 } };

test('rows and qualifiers of no and of 32,767 bytes are read, a longer row is refused: its length is a signed short', async () => {
  const long = 'r'.repeat(MOST);
  const rows = ['', long].flatMap((row) => ['', long].map((qualifier) => makeCell({ row, qualifier })));
  const { bytes } = await madeHFile(rows, small);
  expect(await verifyHFile(sourceOf(bytes))).toMatchObject({ depth: 'cells', entryCount: 4 });
  expect(await cellsOf(new HFileScanner(await HFileReader.open(sourceOf(bytes))))).toHaveLength(4);
  const parts = partsOf(bytes);
  const longer = makeCell({ row: `${long}r` }).bytes;
  const tags = Buffer.from([0, 0, 1]);
  const damaged = parts.parts.map(
    (part, i): Part => (i > 0 ? part : { ...part, payload: Buffer.concat([longer, tags]) }),
  );
  const file = hfileOf({ ...parts, parts: damaged });
  await expect(verifyHFile(sourceOf(file))).rejects.toThrow('row or family beyond the key');
});

test('an index that names itself ends', async () => {
  const cells = Array.from({ length: 200 }, (_, i) => makeCell({ row: String(1000 + i) }));
  const parts = partsOf((await madeHFile(cells, small)).bytes);
  const i = parts.parts.findIndex(({ type }) => type === 'intermediate index');
  const change: NonNullable<Part['change']> = (payload, { offset, entries }) => {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    view.setBigInt64(entries[0]!, BigInt(offset));
    view.setInt32(entries[0]! + 8, 37 + payload.length);
    return payload;
  };
  const round = parts.parts.map((part, at): Part => (at === i ? { ...part, change } : part));
  const trailer = { ...parts.trailer, dataIndexLevels: 1_000_000 };
  const reader = await HFileReader.open(sourceOf(hfileOf({ ...parts, trailer, parts: round })));
  await expect(cellsOf(new HFileScanner(reader))).rejects.toThrow('names a block behind itself');
});

test('a block that says it is 2 GB is refused before any of it is allocated', async () => {
  for (const compression of ['GZ', 'SNAPPY', 'LZ4', 'ZSTD', 'ZSTD framed'] as const) {
    const parts = partsOf((await madeHFile([makeCell({ row: 'r' })], { compression })).bytes);
    for (const [size, reason] of [
      [2 ** 31 - 1, 'bytes of payload, more than'],
      [2 ** 28, 'bytes cannot be'],
    ] as const) {
      const changeHeader = (header: Buffer) => header.writeInt32BE(size, 12);
      const lying = parts.parts.map((part, i): Part => (i > 0 ? part : { ...part, changeHeader }));
      const file = hfileOf({ ...parts, compression, parts: lying });
      await expect(verifyHFile(sourceOf(file)), compression).rejects.toThrow(reason);
    }
  }
});
