import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ChainBroken } from '../../../../../core/errors/log-errors.ts';
import { encodedRegionName, type RegionInfo } from '../../../../../core/hbase/region-info.ts';
import { SnapshotManifest } from '../../../../../core/hbase/snapshot-manifest.ts';
import { writeSnapshotManifest } from '../../../../../core/hbase/snapshot-manifest-writer.ts';
import { TargetRegions } from '../../../../../core/plan/logs/target-regions.ts';

const table = { namespace: 'default', qualifier: 't' };
const none = new Uint8Array(0);
const schema = { table, attributes: new Map(), families: [], configuration: new Map(), unknown: none };

function region(start: string, end: string, more: Partial<RegionInfo> = {}): RegionInfo {
  const [startKey, endKey] = [Buffer.from(start), Buffer.from(end)];
  return { regionId: 7n, table, startKey, endKey, offline: false, split: false, replicaId: 0, unknown: none, ...more };
}
const regionsOf = (...infos: RegionInfo[]) =>
  new TargetRegions(
    new SnapshotManifest(
      writeSnapshotManifest(
        schema,
        infos.map((info) => ({ info, families: [] })),
      ),
    ),
    't',
  );

it('leaves split parents, replicas and the mob region out', () => {
  const regions = regionsOf(
    region('', 'm'),
    region('m', ''),
    region('', '', { offline: true, split: true, regionId: 1n }),
    region('m', '', { replicaId: 1 }),
    region('.mob', '', { regionId: 0n }),
  );
  expect(regions.regions.map(({ encodedName }) => encodedName)).toEqual([
    encodedRegionName(region('', 'm')),
    encodedRegionName(region('m', '')),
  ]);
});

it.each([
  ['nothing at the start', [region('b', '')]],
  ['nothing at the end', [region('', 'b')]],
  ['a hole', [region('', 'b'), region('c', '')]],
  ['rows twice', [region('', 'c'), region('b', '')]],
  ['no region', []],
])('refuses %s', (_what, infos) => {
  expect(() => regionsOf(...infos)).toThrow(ChainBroken);
});

it('finds the region of every row', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 3 }), {
        maxLength: 8,
        selector: (key) => Buffer.from(key).toString('hex'),
      }),
      fc.uint8Array({ maxLength: 4 }),
      (borders, row) => {
        const keys = [none, ...borders.sort(Buffer.compare), none];
        const infos = keys
          .slice(0, -1)
          .map((start, i) => ({ ...region('', ''), startKey: start, endKey: keys[i + 1]! }));
        const regions = regionsOf(...infos);
        const padded = Buffer.concat([Buffer.from('xx'), row]);
        const { startKey, endKey } = regions.regions[regions.find(padded, 2, row.length)]!;
        expect(Buffer.compare(startKey, row)).toBeLessThanOrEqual(0);
        if (endKey.length > 0) expect(Buffer.compare(row, endKey)).toBeLessThan(0);
      },
    ),
  );
});
