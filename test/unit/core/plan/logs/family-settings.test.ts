import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { TableSchema } from '../../../../../core/hbase/table-schema.ts';
import { familySettings, isToldByFiles } from '../../../../../core/plan/logs/family-settings.ts';
import { requireSameFamilies } from '../../../../../core/plan/logs/same-families.ts';

const NONE = Buffer.alloc(0);
const attributesOf = (of: Readonly<Record<string, string>>) =>
  new Map(Object.entries(of).map(([name, value]) => [name, Buffer.from(value)] as const));
const schema = (
  families: Readonly<Record<string, Readonly<Record<string, string>>>>,
  table: Readonly<Record<string, string>> = {},
): TableSchema => ({
  table: { namespace: 'default', qualifier: 't' },
  attributes: attributesOf(table),
  families: Object.entries(families).map(([name, attributes]) => ({
    ...{ name, attributes: attributesOf(attributes), configuration: new Map(), unknown: NONE },
  })),
  configuration: new Map(),
  unknown: NONE,
});

describe('how a family’s new files are written', () => {
  it('as its descriptor says, and as HBase does where it says nothing', () => {
    const mob = { COMPRESSION: 'snappy', BLOCKSIZE: '4096', BLOOMFILTER: 'ROWCOL', IS_MOB: 'true' };
    expect(familySettings(schema({ a: {}, b: mob }), 't')).toEqual([
      { name: 'a', compression: 'NONE', blockBytes: 65_536, bloom: 'ROW', isMob: false },
      { name: 'b', compression: 'SNAPPY', blockBytes: 4_096, bloom: 'ROWCOL', isMob: true },
    ]);
  });

  it('with GZ where the framing of ZSTD is not known, without a filter of another kind, never with an absurd block', () => {
    const odd = { COMPRESSION: 'ZSTD', BLOCKSIZE: '99999999999', BLOOMFILTER: 'ROWPREFIX_FIXED_LENGTH' };
    expect(familySettings(schema({ a: odd }), 't')).toMatchObject([
      { compression: 'GZ', blockBytes: 65_536, bloom: 'NONE' },
    ]);
  });

  it('as its own files show what its descriptor does not say', () => {
    const told = new Map([['a', { zstdFraming: 'ZSTD framed', bloomPrefixBytes: 4 } as const]]);
    const prefix = { BLOOMFILTER: 'ROWPREFIX_FIXED_LENGTH' };
    const settings = (family: Readonly<Record<string, string>>, table = {}) =>
      familySettings(schema({ a: family }, table), 't', told)[0];
    expect(settings({ COMPRESSION: 'ZSTD' })).toMatchObject({ compression: 'ZSTD framed', bloom: 'ROW' });
    expect(settings({ COMPRESSION: 'LZ4' })).toMatchObject({ compression: 'LZ4' });
    expect(settings(prefix)).toMatchObject({ bloom: 'ROWPREFIX_FIXED_LENGTH', bloomPrefixBytes: 4 });
    const length = { 'RowPrefixBloomFilter.prefix_length': '7' };
    expect(settings(prefix, length)).toMatchObject({ bloomPrefixBytes: 7 });
    expect(settings({ ...prefix, ...length }, { 'RowPrefixBloomFilter.prefix_length': '8' })).toMatchObject({
      bloomPrefixBytes: 7,
    });
    expect(settings({ ...prefix, 'RowPrefixBloomFilter.prefix_length': '0' })).toMatchObject({ bloomPrefixBytes: 4 });
    const one = schema({ a: {}, b: { COMPRESSION: 'zstd' }, c: prefix, d: { ...prefix, ...length } });
    expect(one.families.filter((family) => isToldByFiles(one, family)).map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it.each([
    ['DURABILITY SKIP_WAL', schema({ a: {} }, { DURABILITY: 'SKIP_WAL' })],
    ['ENCRYPTION AES', schema({ a: { ENCRYPTION: 'AES' } })],
    ['COMPRESSION LZO', schema({ a: { COMPRESSION: 'LZO' } })],
    ['COMPRESSION CONSTRUCTOR', schema({ a: { COMPRESSION: 'constructor' } })],
    ['DATA_BLOCK_ENCODING COPY_KEY', schema({ a: { DATA_BLOCK_ENCODING: 'COPY_KEY' } })],
  ])('not at all: %s is refused by name', (named, given) => {
    expect(() => familySettings(given, 't')).toThrow(named);
    expect(() => familySettings(given, 't')).toThrow(expect.objectContaining({ name: 'TableRefused' }));
  });
});

describe('whether the families are still those of the parent', () => {
  const parent = schema({ a: { NEW_VERSION_BEHAVIOR: 'false' }, b: {} });

  it('they are, whatever changes how files are written only', () => {
    const now = schema({ b: { COMPRESSION: 'GZ', VERSIONS: '5' }, a: {} });
    expect(() => requireSameFamilies('t', parent, now)).not.toThrow();
  });

  it.each([
    ['it was dropped', undefined],
    ['family c was added', schema({ a: {}, b: {}, c: {} })],
    ['family b was removed', schema({ a: {} })],
    [
      'NEW_VERSION_BEHAVIOR of family a went from unset to TRUE',
      schema({ a: { NEW_VERSION_BEHAVIOR: 'true' }, b: {} }),
    ],
    ['IS_MOB of family b went from unset to TRUE', schema({ a: {}, b: { IS_MOB: 'true' } })],
  ])('they are not: %s', (says, now) => {
    expect(() => requireSameFamilies('t', parent, now)).toThrow(says);
    expect(() => requireSameFamilies('t', parent, now)).toThrow(expect.objectContaining({ name: 'ChainBroken' }));
  });
});
