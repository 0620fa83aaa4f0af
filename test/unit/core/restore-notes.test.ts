import { describe, expect, it } from 'vitest';
import { type DescriptorTraits, traitsOf } from '../../../core/hbase/descriptor-traits.ts';
import { MANIFEST_LIMIT_BYTES, neededManifestLimit, refuseLargeManifest } from '../../../core/hbase/manifest-limit.ts';
import { SnapshotManifest } from '../../../core/hbase/snapshot-manifest.ts';
import { changeTable } from '../../../core/hbase/table-change.ts';
import { restoreNotes, type TableToRestore } from '../../../core/restore-notes.ts';
import { grownManifest } from '../../../lambdas/operations/grown-manifest.ts';
import { fixture } from '../../support/fixture.ts';

const manifest = new SnapshotManifest(fixture('shop').get('hbase/.hbase-snapshot/shop-orders-T0/data.manifest')!);
const schema = manifest.tableSchema;
const YEAR_MS = 365 * 86_400_000;

const notes = (more: Partial<TableToRestore> = {}, traits: Partial<DescriptorTraits> = {}) =>
  restoreNotes({
    ...{ table: 'shop:orders', schema, line: 'unknown', position: 1e12, now: 1e12 + 1, files: 3, regions: 2 },
    ...{ manifestBytes: 1_000, targetLine: 'unknown', ...more },
    traits: { ...traitsOf(more.schema ?? schema), ...traits },
  });

describe('notes of a restore', () => {
  it('are none for what nobody needs to know', () => {
    expect(notes()).toEqual([]);
  });

  it('say when TTL hides every cell at once, of the family as it is restored', () => {
    // audit: 10 years; d: for ever.
    expect(notes({ now: 1e12 + 11 * YEAR_MS })).toEqual([
      expect.stringMatching(/^shop:orders:audit: TTL 315360000 s, /),
    ]);
    expect(notes({ now: 1e12 + 9 * YEAR_MS })).toEqual([]);
    const short = changeTable(schema, [{ family: 'd', name: 'TTL', from: null, to: '60', why: 'set' }]);
    expect(notes({ schema: short, now: 1e12 + 60_000 })).toEqual([
      'shop:orders:d: TTL 60 s, and the image is 60 s old: every cell written by then has expired and is not shown; --set shop:orders:d.TTL=FOREVER keeps them',
    ]);
    expect(notes({ schema: short, now: 1e12 + 59_999 })).toEqual([]);
  });

  it.each([
    [{ coprocessors: ['org.example.Audit'] }, 'coprocessors org.example.Audit: '],
    [{ compressions: ['GZ', 'SNAPPY'] }, 'compression SNAPPY: '],
    [{ encrypted: ['d'] }, 'encrypted families d: '],
    [{ mob: ['m'] }, 'MOB families m: keep the snapshot until a MOB major compaction'],
  ])('name what the target must have, and what must be kept: %o', (traits, said) => {
    expect(notes({}, traits)).toEqual([expect.stringContaining(said)]);
  });

  it('say that the target is of an older HBase', () => {
    expect(notes({ line: 'from 2.5 on', targetLine: 'up to 2.4' })).toEqual([expect.stringContaining('up to 2.4')]);
    expect(notes({ line: 'from 2.5 on', targetLine: 'from 2.5 on' })).toEqual([]);
  });

  it('estimate the clone of many files', () => {
    expect(notes({ files: 999 })).toEqual([]);
    const [many] = notes({ files: 120_000, regions: 100 });
    expect(many).toContain('120000 files: a clone writes a link and a back reference for each, 240000 small objects');
    expect(many).toContain('estimated 50 min on S3');
    expect(notes({ files: 12_000, regions: 1 })[0]).toContain('estimated 40 min');
  });

  it('name the setting that a large manifest needs', () => {
    expect(notes({ manifestBytes: MANIFEST_LIMIT_BYTES })).toEqual([]);
    expect(notes({ manifestBytes: MANIFEST_LIMIT_BYTES + 1 })).toEqual([
      expect.stringContaining(
        'snapshot.manifest.size.limit must be 134217728 for the target’s masters'.replace('’', "'"),
      ),
    ]);
  });
});

describe('a data.manifest that HBase does not read', () => {
  it('is refused, with the setting and its value', () => {
    expect([neededManifestLimit(67_108_865), neededManifestLimit(2 ** 31)]).toEqual([134_217_728, 2_147_483_647]);
    const large = { table: 't', sizeBytes: 67_108_865, limitBytes: MANIFEST_LIMIT_BYTES };
    expect(() => refuseLargeManifest(large, 'instead')).toThrow('t: data.manifest would have 67108865 bytes');
    expect(() => refuseLargeManifest({ ...large, sizeBytes: MANIFEST_LIMIT_BYTES }, 'instead')).not.toThrow();
  });

  it('is not made by an increment: one file more than fits', () => {
    const path = (i: number) => `shop/orders/${manifest.regions[0]?.encodedName}/d/${String(i).padStart(32, '0')}`;
    const grown = (files: number, snapshotBytes: number, ...limit: number[]) => {
      const copies = Array.from({ length: files }, (_, i) => ({ path: path(i), size: 1 }));
      return grownManifest('shop:orders', { snapshot: manifest, snapshotBytes }, copies, ...limit).length;
    };
    const fits = grown(9, 1);
    expect(grown(9, 1, fits)).toBe(fits);
    expect(() => grown(10, 1, fits)).toThrow(
      expect.objectContaining({
        ...{ name: 'SnapshotManifestTooLarge', evidence: expect.objectContaining({ limitBytes: fits }) },
        hint: expect.stringMatching(/--or-full; to restore more, set snapshot\.manifest\.size\.limit to (2048|4096) /),
      }),
    );
    // The parent's was read by somebody.
    expect(grown(10, fits * 2, fits)).toBeGreaterThan(fits);
  });
});
