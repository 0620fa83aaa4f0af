import { describe, expect, test } from 'vitest';
import { InvalidStoreFileName, parseStoreFileName } from '../../../../core/hbase/store-file-name.ts';

const uuid = '0123456789abcdef0123456789abcdef';
const region = 'b882ec3d98ebbbf4851594c8787273ce';
const mob = `d41d8cd98f00b204e9800998ecf8427e20231114${uuid}`;

describe('the name of a store file', () => {
  test('flushed, bulk loaded, deleted', () => {
    expect(parseStoreFileName(uuid)).toEqual({ kind: 'hfile', name: uuid });
    expect(parseStoreFileName(`${uuid}_SeqId_42_`)).toMatchObject({ kind: 'hfile', bulkLoadSeqId: 42n });
    expect(parseStoreFileName(`${uuid}_del`)).toMatchObject({ kind: 'hfile' });
  });

  test('mob files, with and without the region that wrote them', () => {
    expect(parseStoreFileName(mob)).toMatchObject({ kind: 'mob', day: '20231114', uuid });
    expect(parseStoreFileName(`${mob}_${region}`)).toMatchObject({ kind: 'mob', region });
  });

  test('links into the default and into another namespace, to plain, loaded and mob files', () => {
    const table = { namespace: 'default', qualifier: 'a.b-c' };
    expect(parseStoreFileName(`a.b-c=${region}-${uuid}`)).toMatchObject({ kind: 'link', table, region, hfile: uuid });
    expect(parseStoreFileName(`shop=orders=${region}-${uuid}_SeqId_7_`)).toMatchObject({
      table: { namespace: 'shop', qualifier: 'orders' },
      hfile: `${uuid}_SeqId_7_`,
    });
    expect(parseStoreFileName(`t=${region}-${mob}_${region}`)).toMatchObject({
      kind: 'link',
      hfile: `${mob}_${region}`,
    });
  });

  test('references to files and to links, of a table with dots in its name too', () => {
    expect(parseStoreFileName(`${uuid}.${region}`)).toMatchObject({
      kind: 'reference',
      parentRegion: region,
      base: { kind: 'hfile', name: uuid },
    });
    const link = `a.b=${region}-${uuid}`;
    expect(parseStoreFileName(`${link}.${region}`)).toMatchObject({
      kind: 'reference',
      base: { kind: 'link', name: link },
    });
  });

  test('an archived copy looks like a reference and is none', () => {
    expect(parseStoreFileName(`${uuid}.1700000000000`)).toMatchObject({ kind: 'archive-copy' });
  });

  test.each([
    '',
    '.',
    '..',
    `../${uuid}`,
    `${uuid}/x`,
    `${uuid}.`,
    `${uuid}.XYZ`,
    `t=${region}`,
    `t=${region}-../x`,
    `=${region}-${uuid}`,
    `a/b=${region}-${uuid}`,
    `${uuid}_SeqId_x_`,
    'UPPER',
    `${uuid}\n`,
    `t=${region}-${uuid}.1700000000000`,
    '0'.repeat(2000),
  ])('%j is refused', (name) => {
    expect(() => parseStoreFileName(name)).toThrow(InvalidStoreFileName);
  });

  test('a link into a table whose name leads astray is refused', () => {
    expect(() => parseStoreFileName(`..=${region}-${uuid}`)).toThrow('not a table name');
  });
});
