import { readFileSync } from 'node:fs';
import { zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readTar, readTarZst } from '../../../../local/import/tar.ts';

const packed = readFileSync(new URL('../../../fixtures/hbase/splits.tar.zst', import.meta.url));

test('an archive with paths of more than 100 characters', () => {
  const files = [...readTarZst(packed)];
  expect(files.some(({ path }) => path.length > 100)).toBe(true);
  expect(files.find(({ path }) => path === 'splits/points.json')!.bytes.toString()).toMatch(/^\{[\s\S]*\}\s*$/);
  expect(
    files
      .find(({ path }) => path === 'splits/hbase/hbase.id')!
      .bytes.subarray(0, 4)
      .toString(),
  ).toBe('PBUF');
});

const header = (path: string, size: number) => {
  const bytes = Buffer.alloc(512);
  bytes.write(path, 0);
  bytes.write(size.toString(8).padStart(11, '0'), 124);
  bytes.write('0', 156);
  bytes.fill(' ', 148, 156);
  bytes.write(
    bytes
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0'),
    148,
  );
  return bytes;
};

test.each(['../x', '/etc/x', 'a/../../x'])('a path that leads out is refused: %s', (path) => {
  expect(() => [...readTar(header(path, 0))]).toThrow('leads out');
});

test('damage is named', () => {
  const tar = zstdDecompressSync(packed);
  expect(() => [...readTar(Buffer.concat([header('a', 600), Buffer.alloc(512)]))]).toThrow(
    'entry at byte 0 is cut short',
  );
  tar[3] = tar[3]! ^ 1;
  expect(() => [...readTar(tar)]).toThrow('header at byte 0 is damaged');
});
