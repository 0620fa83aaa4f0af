import { describe, expect, test } from 'vitest';
import { readClusterId, writeClusterId } from '../../../../core/hbase/cluster-id.ts';
import { readReferenceFile, writeReferenceFile } from '../../../../core/hbase/reference-file.ts';
import {
  encodedRegionName,
  mobRegionName,
  readRegionInfoFile,
  writeRegionInfoFile,
} from '../../../../core/hbase/region-info.ts';
import {
  isExpired,
  readSnapshotDescription,
  requireLayoutV2,
  writeSnapshotDescription,
} from '../../../../core/hbase/snapshot-description.ts';
import { formatTableName, parseTableName } from '../../../../core/hbase/table-name.ts';
import { attributeText, readTableInfoFile, writeTableInfoFile } from '../../../../core/hbase/table-schema.ts';
import { type FixtureName, fixture } from '../../../support/fixture.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const none = new Uint8Array();
const region = (table: string, regionId: bigint, startKey = '') => ({
  regionId,
  table: parseTableName(table),
  startKey: Buffer.from(startKey),
  endKey: none,
  offline: false,
  split: false,
  replicaId: 0,
  unknown: none,
});

const names: FixtureName[] = ['bulk', 'shop', 'shop-2.4.18', 'shop-2.5.8', 'splits', 'tags-mob'];
const filesOf = (pattern: RegExp) => names.flatMap((name) => [...fixture(name)].filter(([path]) => pattern.test(path)));

describe('descriptors that HBase wrote come out as they went in', () => {
  test.each(filesOf(/\/\.regioninfo$/))('%s', (path, bytes) => {
    const info = readRegionInfoFile(bytes);
    expect(path).toContain(`/${encodedRegionName(info)}/`);
    expect(Buffer.from(writeRegionInfoFile(info))).toEqual(bytes);
  });

  test.each(filesOf(/\/\.tableinfo\.[0-9.]+$/))('%s', (path, bytes) => {
    const schema = readTableInfoFile(bytes);
    expect(path).toContain(`/${schema.table.namespace}/${schema.table.qualifier}/`);
    expect(Buffer.from(writeTableInfoFile(schema))).toEqual(bytes);
  });

  test.each(filesOf(/\/\.snapshotinfo$/))('%s', (_path, bytes) => {
    expect(Buffer.from(writeSnapshotDescription(readSnapshotDescription(bytes)))).toEqual(bytes);
  });

  test('references', () => {
    const references = filesOf(/\/[0-9a-f]{32}\.[0-9a-f]{32}$/).filter(([, bytes]) => bytes.length > 0);
    expect(references.length).toBeGreaterThan(0);
    for (const [, bytes] of references)
      expect(Buffer.from(writeReferenceFile(readReferenceFile(bytes)))).toEqual(bytes);
  });
});

test('the families of shop:orders', () => {
  const [, bytes] = [...fixture('shop')].find(([path]) => path.includes('data/shop/orders/.tabledesc/.tableinfo'))!;
  const schema = readTableInfoFile(bytes);
  expect(schema.families.map((family) => [family.name, attributeText(family.attributes, 'COMPRESSION')])).toEqual([
    ['audit', 'NONE'],
    ['d', 'GZ'],
  ]);
});

describe('vectors of the specification', () => {
  test('region names', () => {
    expect(encodedRegionName(region('foo', 1368422435834n))).toBe('b882ec3d98ebbbf4851594c8787273ce');
    expect(encodedRegionName(region('t1', 1700000000000n))).toBe('43ae7364b4a555b93267937f9bc49ec1');
    expect(encodedRegionName(region('hbase:meta', 1n))).toBe('1588230740');
    expect(mobRegionName(parseTableName('t1'))).toBe('78e317a6e78a0fceb27b9fa0cb9dcf5b');
    expect(encodedRegionName({ ...region('foo', 1368422435834n), replicaId: 1 })).not.toBe(
      'b882ec3d98ebbbf4851594c8787273ce',
    );
  });

  test('a region info file and a table info file', () => {
    const info = hex('50425546200880d095ffbc31120d0a0764656661756c74120274311a002200280030003800');
    expect(readRegionInfoFile(info)).toMatchObject({
      regionId: 1700000000000n,
      table: parseTableName('t1'),
      split: false,
    });
    expect(() => readRegionInfoFile(info.subarray(0, 20))).toThrow('byte 4: 32 bytes announced');
    expect(() => readRegionInfoFile(info.subarray(4))).toThrow('does not begin with PBUF');
    const table = hex(
      '504255460a0d0a0764656661756c741202743112100a0749535f4d455441120566616c73651a260a016612120a0b424c4f4f4d46494c5445521203524f57120d0a0856455253494f4e53120131',
    );
    const schema = readTableInfoFile(table);
    expect(attributeText(schema.families[0]!.attributes, 'BLOOMFILTER')).toBe('ROW');
  });

  test('a snapshot of layout v1 is read and refused by name', () => {
    const description = readSnapshotDescription(hex('0a0d666f6f5f736e617073686f74311203666f6f18ae80dae2e92720012800'));
    expect(description).toMatchObject({ name: 'foo_snapshot1', creationMs: 1368422514734, version: 0, type: 'FLUSH' });
    expect(() => requireLayoutV2(description)).toThrow(expect.objectContaining({ name: 'SnapshotUnsupported' }));
    expect(() => requireLayoutV2({ ...description, version: 3 })).toThrow('the unknown layout 3');
    expect(() => requireLayoutV2({ ...description, version: 2 })).not.toThrow();
  });
});

test('a snapshot is expired one millisecond after its TTL, and never without one', () => {
  const description = { ...readSnapshotDescription(hex('0a01731201741801')), creationMs: 1000, ttlSeconds: 2 };
  expect([3000, 3001].map((now) => isExpired(description, now))).toEqual([false, true]);
  expect(isExpired({ ...description, ttlSeconds: 0 }, 1e15)).toBe(false);
});

test('fields of later versions survive a rewrite under another name', () => {
  const acl = hex('3a0411223344');
  const later = hex('a20603787879');
  const bytes = Buffer.concat([hex('0a0173120174'), acl, hex('2802'), later]);
  const renamed = writeSnapshotDescription({ ...readSnapshotDescription(bytes), name: 'other' });
  expect(readSnapshotDescription(renamed).name).toBe('other');
  expect(Buffer.from(renamed).includes(acl) && Buffer.from(renamed).includes(later)).toBe(true);
});

test('the cluster id, of today and of before 0.96', () => {
  const id = 'b1cdb4c3-3a6c-4b13-8c24-0f9b9d6bd9d1';
  expect(readClusterId(writeClusterId(id))).toBe(id);
  expect(readClusterId(Buffer.from(`${id}\n`))).toBe(id);
  expect(readClusterId(fixture('shop').get('hbase/hbase.id')!)).toMatch(/^[0-9a-f-]{36}$/);
  expect(() => readClusterId(Buffer.from('<html>'))).toThrow('holds no cluster id');
});

test('a name that is not UTF-8 is refused, for it would become that of another file', () => {
  expect(() => readSnapshotDescription(hex('0a02c328120174'))).toThrow('text that is not UTF-8');
});

test('damage is named with what was read and where', () => {
  const error = expect.objectContaining({ name: 'HBaseFormatError', what: 'x', offset: 3 });
  expect(() => readSnapshotDescription(hex('0a01730aff'), 'x')).toThrow(error);
  expect(formatTableName(readSnapshotDescription(hex('0a0173120174')).table)).toBe('t');
  // 2^62 and -1 as the creation time.
  expect(() => readSnapshotDescription(hex('0a017312017418808080808080808040'))).toThrow('no time');
  expect(() => readSnapshotDescription(hex('0a017312017418ffffffffffffffffff01'))).toThrow('no time');
});
