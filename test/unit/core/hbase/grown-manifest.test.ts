import { expect, it } from 'vitest';
import { HBaseFormatError } from '../../../../core/hbase/format-error.ts';
import { growManifest } from '../../../../core/hbase/grown-manifest.ts';
import { type ManifestStoreFile, SnapshotManifest } from '../../../../core/hbase/snapshot-manifest.ts';
import { fixture } from '../../../support/fixture.ts';

const genuine = () =>
  new SnapshotManifest(fixture('splits').get('hbase/.hbase-snapshot/crawl-references/data.manifest')!);

const sorted = (files: readonly ManifestStoreFile[]) =>
  files.toSorted((a, b) => (`${a.family}/${a.name}` < `${b.family}/${b.name}` ? -1 : 1));

const filesOf = (manifest: SnapshotManifest) =>
  new Map(manifest.regions.map((region) => [region.encodedName, sorted(manifest.storeFiles(region))]));

it('grows by the files that are added, and keeps links, references and regions', () => {
  const before = genuine();
  const region = before.regions.find((r) => before.storeFiles(r).some(({ reference }) => reference !== undefined))!;
  const { family } = before.storeFiles(region)[0]!;
  const made = { name: 'a'.repeat(32), size: 7 };
  const added = new Map([[region.encodedName, new Map([[family, [made]]])]]);
  const grown = new SnapshotManifest(growManifest(before, added));

  const expected = filesOf(before);
  expected.set(region.encodedName, sorted([...before.storeFiles(region), { family, ...made }]));
  expect(filesOf(grown)).toEqual(expected);
  expect(grown.tableSchema).toEqual(before.tableSchema);
  expect(grown.regions.map((r) => grown.regionInfo(r))).toEqual(before.regions.map((r) => before.regionInfo(r)));

  // Run again, or over what the parent has already, it adds nothing.
  expect(filesOf(new SnapshotManifest(growManifest(grown, added)))).toEqual(expected);
});

it('adds families that had no file', () => {
  const before = genuine();
  const region = before.regions[0]!.encodedName;
  const grown = new SnapshotManifest(
    growManifest(before, new Map([[region, new Map([['new', [{ name: 'b'.repeat(32), size: 1 }]]])]])),
  );
  expect(filesOf(grown).get(region)).toContainEqual({ family: 'new', name: 'b'.repeat(32), size: 1 });
});

it('refuses a region that is not there', () => {
  expect(() => growManifest(genuine(), new Map([['0'.repeat(32), new Map()]]))).toThrow(HBaseFormatError);
});
