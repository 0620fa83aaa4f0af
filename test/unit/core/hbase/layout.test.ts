import { describe, expect, test } from 'vitest';
import {
  isMarkerKey,
  parseLayoutPath,
  regionDirectory,
  snapshotInfoPath,
  snapshotManifestPath,
  storeFileCandidates,
  storeFilePath,
} from '../../../../core/hbase/layout.ts';
import { mobRegionName } from '../../../../core/hbase/region-info.ts';

const table = { namespace: 'shop', qualifier: 'orders' };
const region = 'b882ec3d98ebbbf4851594c8787273ce';
const file = { table, region, family: 'd', name: '0123456789abcdef0123456789abcdef' };

describe('the layout of an HBase root', () => {
  test.each(['data', 'archive', 'mobdir'] as const)(
    'a store file below %s reads back as what it was built from',
    (area) => {
      expect(parseLayoutPath(storeFilePath(area, file))).toEqual({ kind: 'store-file', area, ...file });
    },
  );

  test.each([false, true])('the files of a snapshot read back (in progress: %s)', (inProgress) => {
    expect(parseLayoutPath(snapshotInfoPath('s-1', inProgress))).toEqual({
      kind: 'snapshot-info',
      snapshot: 's-1',
      inProgress,
    });
    expect(parseLayoutPath(snapshotManifestPath('s-1', inProgress))).toMatchObject({
      kind: 'snapshot-manifest',
      inProgress,
    });
  });

  test.each([
    ['hbase.id', 'cluster-id'],
    ['hbase.version', 'version'],
    ['data/shop/orders/.tabledesc/.tableinfo.0000000001.77', 'table-descriptor'],
    [`data/shop/orders/${region}/.regioninfo`, 'region-info'],
    ['.hbase-snapshot/.tmp/s/region-manifest.b882ec3d98ebbbf4851594c8787273ce', 'region-manifest'],
    ['.hbase-snapshot/s/_CORRUPTED', 'snapshot-other'],
    [`data/shop/orders/${region}/d/`, 'other'],
    [`data/shop/orders/${region}/d_$folder$`, 'other'],
    ['.hbase-snapshot/s_$folder$', 'other'],
    [`data/shop/orders/${region}/recovered.edits/12.seqid`, 'other'],
    [`data/shop/orders/${region}/.tmp/d`, 'other'],
    [`data/shop/orders/${region}/d/.filelist/f1`, 'other'],
    [`archive/data/shop/orders/${region}/d/.links-${file.name}/x.t`, 'other'],
    ['WALs/host,1,2/host%2C1%2C2.3', 'other'],
    ['data', 'other'],
  ])('%s is %s', (path, kind) => {
    expect(parseLayoutPath(path).kind).toBe(kind);
  });

  test('names that HBase cannot have made are refused, not passed over', () => {
    expect(() => parseLayoutPath(`data/shop/../${region}/d/x`)).toThrow('not a table name');
    expect(() => parseLayoutPath('.hbase-snapshot/..x/.snapshotinfo')).toThrow('not the name of an HBase snapshot');
    expect(() => storeFilePath('data', { ...file, name: '..' })).toThrow('not the name of a file');
    expect(() => storeFilePath('data', { ...file, family: 'a/b' })).toThrow('not the name of a column family');
    expect(() => regionDirectory('data', table, '..')).toThrow('not the encoded name of a region');
    expect(() => snapshotInfoPath('../x')).toThrow('not the name of an HBase snapshot');
  });

  test('a file is looked for where HFileLink looks, a mob file never in data', () => {
    expect(storeFileCandidates(file).map((path) => path.slice(0, path.indexOf('shop')))).toEqual([
      'data/',
      'archive/data/',
      '.tmp/data/',
      'mobdir/data/',
    ]);
    expect(storeFileCandidates({ ...file, region: mobRegionName(table) })[0]).toMatch(/^mobdir\/data\//);
  });

  test('marker keys are no files', () => {
    expect(['a/', 'a_$folder$', '/'].every(isMarkerKey)).toBe(true);
    expect(isMarkerKey('a')).toBe(false);
  });
});
