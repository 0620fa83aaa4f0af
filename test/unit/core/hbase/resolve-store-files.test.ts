import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HBaseFormatError } from '../../../../core/hbase/format-error.ts';
import { encodedRegionName, type RegionInfo } from '../../../../core/hbase/region-info.ts';
import { resolveStoreFiles } from '../../../../core/hbase/resolve-store-files.ts';
import { SnapshotManifest } from '../../../../core/hbase/snapshot-manifest.ts';
import { type StoreFileToWrite, writeSnapshotManifest } from '../../../../core/hbase/snapshot-manifest-writer.ts';
import type { TableName } from '../../../../core/hbase/table-name.ts';
import { fixture } from '../../../support/fixture.ts';

const none = new Uint8Array();
const orders: TableName = { namespace: 'shop', qualifier: 'orders' };
const schemaOf = (table: TableName) => ({
  table,
  attributes: new Map(),
  families: [],
  configuration: new Map(),
  unknown: none,
});
const regionOf = (regionId: number, table = orders, split = false): RegionInfo => ({
  regionId: BigInt(regionId),
  table,
  startKey: none,
  endKey: none,
  offline: split,
  split,
  replicaId: 0,
  unknown: none,
});
const name = (n: number) => n.toString(16).padStart(32, '0');
const reference = { splitKey: Buffer.from('k'), range: 'top' } as const;

type Layout = readonly (readonly [RegionInfo, Readonly<Record<string, readonly StoreFileToWrite[]>>])[];

function manifestOf(layout: Layout, table = orders): SnapshotManifest {
  const regions = layout.map(([info, families]) => ({
    info,
    families: Object.entries(families).map(([family, files]) => ({ name: family, files })),
  }));
  return new SnapshotManifest(writeSnapshotManifest(schemaOf(table), regions));
}

const paths = (manifest: SnapshotManifest, table = orders) =>
  Array.from(resolveStoreFiles(manifest, table), (f) => f.path);

describe('resolving the files of a manifest', () => {
  const parent = regionOf(1, orders, true);
  const [left, right] = [regionOf(2), regionOf(3)];
  const [p, l] = [encodedRegionName(parent), encodedRegionName(left)];

  test('two daughters and the split parent itself need the parent file once', () => {
    const half = { name: `${name(1)}.${p}`, size: 10, reference };
    const manifest = manifestOf([
      [parent, { d: [{ name: name(1), size: 10 }] }],
      [left, { d: [half, { name: name(2), size: 5 }] }],
      [right, { d: [half] }],
    ]);
    const files = [...resolveStoreFiles(manifest, orders)];
    expect(files.map((file) => file.path).sort()).toEqual(
      [`shop/orders/${p}/d/${name(1)}`, `shop/orders/${l}/d/${name(2)}`].sort(),
    );
    expect(files.find((file) => file.region === p)).toEqual({
      table: orders,
      region: p,
      family: 'd',
      name: name(1),
      size: 10,
      path: `shop/orders/${p}/d/${name(1)}`,
    });
  });

  test('a link leads into its table, a reference to a link too', () => {
    const link = `crawl=${p}-${name(7)}`;
    const manifest = manifestOf([
      [left, { d: [{ name: link, size: 1 }] }],
      [right, { d: [{ name: `${link}.${l}`, size: 1, reference }] }],
    ]);
    expect(paths(manifest)).toEqual([`default/crawl/${p}/d/${name(7)}`]);
  });

  test('two sizes for one file are a contradiction', () => {
    const manifest = manifestOf([
      [parent, { d: [{ name: name(1), size: 10 }] }],
      [left, { d: [{ name: `${name(1)}.${p}`, size: 11, reference }] }],
    ]);
    expect(() => paths(manifest)).toThrow('has 10 bytes and also 11');
  });

  test('a manifest of another table than its description names is refused', () => {
    expect(() => paths(manifestOf([]), { namespace: 'default', qualifier: 'x' })).toThrow('is of table shop:orders');
  });

  test('a region that stands there twice is refused', () => {
    expect(() =>
      manifestOf([
        [left, {}],
        [left, {}],
      ]),
    ).toThrow('stands there twice');
  });

  test('names that lead out of the tree are refused', () => {
    const hostile = (family: string, file: string) => () =>
      paths(manifestOf([[left, { [family]: [{ name: file, size: 1 }] }]]));
    expect(hostile('d', '../../x')).toThrow('not the name of a store file');
    expect(hostile('..', name(1))).toThrow('not the name of a column family');
    expect(hostile('a/b', name(1))).toThrow('not the name of a column family');
    expect(hostile('../x', `t=${p}-${name(1)}`)).toThrow('not the name of a column family');
  });

  test('paths come in the order of their bytes, whatever families and tables are called', () => {
    const tables = ['orders', 'orders-2', 'orders.x', 'a', 'z', '\u{1d7d8}'.normalize('NFC'), 'é', 'ﬀ', '\u{1e922}'];
    const families = ['d', 'd-2', 'd.x', 'd0', '\u{1f600}', 'ﬀ'];
    const file = fc.record({
      family: fc.constantFrom(...families),
      table: fc.option(fc.constantFrom(...tables.filter(isTable))),
      n: fc.nat(40),
      region: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(file, { maxLength: 40 }), (files) => {
        const layout: Layout = [1, 2, 3, 4, 5].map((id) => {
          const own = files.filter((f) => f.region === id);
          const byFamily = Object.groupBy(own, (f) => f.family);
          const entries = Object.entries(byFamily).map(([family, list]) => [
            family,
            [...new Set(list!.map((f) => (f.table === null ? name(f.n) : `shop=${f.table}=${p}-${name(f.n)}`)))].map(
              (n) => ({ name: n, size: 3 }),
            ),
          ]);
          return [regionOf(id), Object.fromEntries(entries)];
        });
        const got = paths(manifestOf(layout));
        const expected = [...new Set(got)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(got).toEqual(expected);
      }),
    );
  });
});

const isTable = (qualifier: string) => /^[_0-9\p{Alphabetic}][-_.0-9\p{Alphabetic}]*$/u.test(qualifier);

describe('a damaged manifest', () => {
  const bytes = fixture('splits').get('hbase/.hbase-snapshot/crawl-references/data.manifest')!;

  test('cut anywhere, it never passes for whole', () => {
    const whole = paths(new SnapshotManifest(bytes), { namespace: 'default', qualifier: 'crawl' });
    for (let cut = 0; cut < bytes.length; cut += 5) {
      let got: string[];
      try {
        got = paths(new SnapshotManifest(bytes.subarray(0, cut)), { namespace: 'default', qualifier: 'crawl' });
      } catch (error) {
        expect((error as Error).name).toBe('HBaseFormatError');
        continue;
      }
      // Cut between two regions a protobuf message is still one: this is why the object's own digest is compared first.
      expect(whole).toEqual(expect.arrayContaining(got));
    }
  });

  test('bytes changed at random end in a named error or a manifest, nothing else', () => {
    const named = ['HBaseFormatError', 'InvalidTableName', 'InvalidStoreFileName', 'InvalidFamilyName'];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (changes) => {
          const damaged = Buffer.from(bytes);
          for (const [at, value] of changes) damaged[at] = value;
          try {
            paths(new SnapshotManifest(damaged), { namespace: 'default', qualifier: 'crawl' });
          } catch (error) {
            expect(named).toContain((error as Error).name);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a manifest without a table schema is no manifest', () => {
    expect(() => new SnapshotManifest(none)).toThrow(HBaseFormatError);
  });
});

test('a manifest written again is the one that HBase wrote', () => {
  const bytes = fixture('splits').get('hbase/.hbase-snapshot/crawl-references/data.manifest')!;
  const manifest = new SnapshotManifest(bytes);
  const regions = manifest.regions
    .toSorted((a, b) => a.offset - b.offset)
    .map((region) => {
      const byFamily = Map.groupBy(manifest.storeFiles(region), (file) => file.family);
      return {
        info: manifest.regionInfo(region),
        families: Array.from(byFamily, ([family, files]) => ({ name: family, files })),
      };
    });
  expect(writeSnapshotManifest(manifest.tableSchema, regions)).toEqual(bytes);
});
