import { describe, expect, test } from 'vitest';
import {
  parseLayoutPath,
  snapshotInfoPath,
  snapshotManifestPath,
  storeFileCandidates,
} from '../../../../core/hbase/layout.ts';
import { resolveStoreFiles } from '../../../../core/hbase/resolve-store-files.ts';
import { readSnapshotDescription, requireLayoutV2 } from '../../../../core/hbase/snapshot-description.ts';
import { SnapshotManifest } from '../../../../core/hbase/snapshot-manifest.ts';
import { type Fixture, type FixtureName, fixture, snapshotsOf } from '../../../support/fixture.ts';

const names: FixtureName[] = [
  'bulk',
  'chain',
  'corrupt',
  'shop',
  'shop-2.4.18',
  'shop-2.5.8',
  'splits',
  'tags-mob',
  'walcomp',
];

function open(files: Fixture, snapshot: string) {
  const description = readSnapshotDescription(files.get(`hbase/${snapshotInfoPath(snapshot)}`)!);
  requireLayoutV2(description);
  return { description, manifest: new SnapshotManifest(files.get(`hbase/${snapshotManifestPath(snapshot)}`)!) };
}

describe.each(names)('snapshots of fixture %s', (name) => {
  const files = fixture(name);
  test.each(snapshotsOf(files))('%s: every file lies where it is resolved to, with its size', (snapshot) => {
    const { description, manifest } = open(files, snapshot);
    const resolved = [...resolveStoreFiles(manifest, description.table)];
    expect(resolved.length).toBeGreaterThan(0);
    const wrong = resolved.filter((file) => {
      const path = storeFileCandidates(file).find((candidate) => files.has(`hbase/${candidate}`));
      return path === undefined || files.get(`hbase/${path}`)!.length !== file.size;
    });
    expect(wrong).toEqual([]);
    const bytewise = resolved
      .map((file) => file.path)
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(resolved.map((file) => file.path)).toEqual(bytewise);
    expect(new Set(bytewise).size).toBe(bytewise.length);
    expect(manifest.countStoreFiles()).toBeGreaterThanOrEqual(resolved.length);
  });
});

test('every path of every fixture is understood', () => {
  const kinds = names.flatMap((name) =>
    Array.from(fixture(name).keys(), (path) => parseLayoutPath(path.slice('hbase/'.length)).kind),
  );
  expect(new Set(kinds)).toContain('table-descriptor');
});
