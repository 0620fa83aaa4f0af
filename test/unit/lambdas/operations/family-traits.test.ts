import { expect, it } from 'vitest';
import type { WriterCompression } from '../../../../core/hbase/hfile/compress.ts';
import { familyTraits } from '../../../../lambdas/operations/family-traits.ts';
import type { LogParent } from '../../../../lambdas/operations/log-parents.ts';
import { madeHFile, makeCell } from '../../core/hbase/hfile/made-cells.ts';

const zstd = { COMPRESSION: 'ZSTD' };
const prefix = { BLOOMFILTER: 'ROWPREFIX_FIXED_LENGTH' };

/** Asks what the files of families say; answers that, and what was read. */
async function asked(
  families: Readonly<Record<string, Readonly<Record<string, string>>>>,
  files: readonly (readonly [family: string, bytes: Uint8Array])[],
) {
  const stored = new Map(files.map(([family, bytes], i) => [`default/t/region-${i + 1000}/${family}/f`, bytes]));
  const read: string[] = [];
  const getRange = async (_bucket: string, key: string, offset: number, length: number) => {
    const path = key.split('/data/')[1]!;
    read.push(path.split('/')[3]!);
    return stored.get(path)!.subarray(offset, offset + length);
  };
  const list = async function* () {
    for (const [path, { length: size }] of stored) yield { path, size, holder: 'backup_1', etag: 'e' };
  };
  const schema = Object.entries(families).map(([name, attributes]) => ({
    ...{ name, configuration: new Map() },
    attributes: new Map(Object.entries(attributes).map(([key, value]) => [key, Buffer.from(value)])),
  }));
  const parent = {
    image: { root: { bucket: 'backups', prefix: 'prod' }, files: list },
    snapshot: { tableSchema: { families: schema, attributes: new Map(), configuration: new Map() } },
  };
  const traits = await familyTraits({ getRange }, parent as unknown as LogParent);
  return { traits: Object.fromEntries(traits), read };
}

const file = async (compression: WriterCompression, bloomPrefixBytes?: number) =>
  (
    await madeHFile([makeCell({ row: 'row' })], {
      compression,
      ...(bloomPrefixBytes && { bloom: 'ROWPREFIX_FIXED_LENGTH', bloomPrefixBytes }),
    })
  ).bytes;

it('a few of a family’s own files say how its cluster writes; those of other families are not opened', async () => {
  const [framed, gz, own] = await Promise.all([file('ZSTD framed'), file('GZ'), file('NONE', 5)]);
  const many = Array.from({ length: 100 }, (_, i) => ['z', i < 60 ? gz : framed] as const);
  const { traits, read } = await asked({ z: zstd, p: prefix, other: {} }, [...many, ['p', own], ['other', gz]]);
  expect(traits).toEqual({
    z: { zstdFraming: 'ZSTD framed', bloomPrefixBytes: undefined },
    p: { zstdFraming: undefined, bloomPrefixBytes: 5 },
  });
  expect(read.length).toBeLessThanOrEqual(9);
  expect(new Set(read)).toEqual(new Set(['z', 'p']));
});

it('files that do not agree say nothing, nor do none, encrypted or damaged ones', async () => {
  const [framed, bare, gz] = await Promise.all([file('ZSTD framed'), file('ZSTD'), file('GZ')]);
  const framing = async (...files: Uint8Array[]) =>
    (
      await asked(
        { z: zstd },
        files.map((bytes) => ['z', bytes]),
      )
    ).traits.z?.zstdFraming;
  expect(await framing(bare)).toBe('ZSTD');
  expect(await framing(bare, framed)).toBeUndefined();
  expect(await framing(gz)).toBeUndefined();
  expect(await framing()).toBeUndefined();
  expect(await framing(Buffer.alloc(5_000), framed)).toBe('ZSTD framed');
});
