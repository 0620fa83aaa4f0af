import { describe, expect, it } from 'vitest';
import { coprocessorKeys, traitsOf } from '../../../../core/hbase/descriptor-traits.ts';
import { type DescriptorWishes, descriptorChanges, trackerFor } from '../../../../core/hbase/restored-descriptor.ts';
import { SnapshotManifest } from '../../../../core/hbase/snapshot-manifest.ts';
import { replaceTableSchema } from '../../../../core/hbase/snapshot-manifest-writer.ts';
import { TRACKER } from '../../../../core/hbase/store-file-tracker.ts';
import { attributeOf, changeTable, type TableChange } from '../../../../core/hbase/table-change.ts';
import { readTableSchema, type TableSchema, writeTableSchema } from '../../../../core/hbase/table-schema.ts';
import { type FixtureName, fixture } from '../../../support/fixture.ts';

const ORDERS = 'shop-orders-T0';
const manifestOf = (name: FixtureName, snapshot = ORDERS) =>
  fixture(name).get(`hbase/.hbase-snapshot/${snapshot}/data.manifest`)!;
const schemaOf = (name: FixtureName, snapshot = ORDERS) => new SnapshotManifest(manifestOf(name, snapshot)).tableSchema;
const asIs: DescriptorWishes = { set: [], stripCoprocessors: false, isRenamed: false, tracker: undefined };
const set = (family: string | null, name: string, value: string | null) => ({ family, name, value });
const written = (schema: TableSchema) => readTableSchema(writeTableSchema(schema));

/** With what a cluster of users puts there. */
const used = changeTable(
  schemaOf('shop'),
  descriptorChanges(schemaOf('shop'), {
    ...asIs,
    set: [
      set(null, 'coprocessor$1', '|org.example.Audit|1001|a=b'),
      set(null, 'COPROCESSOR$2', 'hdfs:///x.jar|org.example.Index|1|'),
      set('d', 'REPLICATION_SCOPE', '1'),
      set('d', TRACKER, 'FILE'),
      set('audit', 'hbase.hstore.engine.class', 'X'),
    ],
  }),
);

describe('the descriptor of a restored table', () => {
  it('is the image’s if nothing is wished, whichever HBase wrote it', () => {
    for (const name of ['shop', 'shop-2.4.18', 'shop-2.5.8'] as const) {
      expect(descriptorChanges(schemaOf(name), asIs)).toEqual([]);
    }
  });

  it('has what is set, and no change for what is so already', () => {
    const changes = descriptorChanges(schemaOf('shop'), {
      ...asIs,
      set: [
        set('d', 'TTL', '86400'),
        set('d', 'VERSIONS', '3'),
        set('audit', 'TTL', null),
        set(null, 'DURABILITY', 'ASYNC_WAL'),
      ],
    });
    expect(changes).toEqual([
      { family: 'd', name: 'TTL', from: '2147483647', to: '86400', why: 'set' },
      { family: 'audit', name: 'TTL', from: '315360000', to: null, why: 'set' },
      { family: null, name: 'DURABILITY', from: null, to: 'ASYNC_WAL', why: 'set' },
    ]);
    const restored = written(changeTable(schemaOf('shop'), changes));
    expect(attributeOf(restored, 'd', 'TTL')).toBe('86400');
    expect(attributeOf(restored, 'audit', 'TTL')).toBeUndefined();
    expect(attributeOf(restored, null, 'DURABILITY')).toBe('ASYNC_WAL');
    const back = changes.map(({ from, to, ...rest }): TableChange => ({ ...rest, from: to, to: from }));
    const sorted = (schema: TableSchema) =>
      schema.families.map(({ name, attributes }) => [name, [...attributes].sort(([a], [b]) => (a < b ? -1 : 1))]);
    expect(sorted(changeTable(restored, back))).toEqual(sorted(schemaOf('shop')));
  });

  it('puts settings of a store where the shell puts them, and takes them away wherever they are', () => {
    const audit = used.families.find(({ name }) => name === 'audit');
    expect(audit?.configuration.get('hbase.hstore.engine.class')).toBe('X');
    const both = { ...used, configuration: new Map([['DURABILITY', 'SKIP_WAL']]) };
    const changes = descriptorChanges(both, { ...asIs, set: [set(null, 'DURABILITY', 'SYNC_WAL')] });
    expect(changes).toMatchObject([{ from: 'SKIP_WAL', to: 'SYNC_WAL' }]);
    expect(attributeOf(changeTable(both, changes), null, 'DURABILITY')).toBe('SYNC_WAL');
  });

  it('loses its coprocessors if that is wished, and nothing else', () => {
    expect(traitsOf(used).coprocessors).toEqual(['org.example.Audit', 'org.example.Index']);
    const changes = descriptorChanges(used, { ...asIs, stripCoprocessors: true });
    expect(changes.map(({ name, to, why }) => [name, to, why])).toEqual([
      ['coprocessor$1', null, 'strip-coprocessors'],
      ['COPROCESSOR$2', null, 'strip-coprocessors'],
    ]);
    const restored = changeTable(used, changes);
    expect(coprocessorKeys(restored)).toEqual([]);
    expect(restored.attributes.size).toBe(used.attributes.size - 2);
  });

  it('does not replicate under a new name unless it is set', () => {
    const scope = { family: 'd', name: 'REPLICATION_SCOPE' };
    expect(descriptorChanges(used, { ...asIs, isRenamed: true })).toEqual([
      { ...scope, from: '1', to: '0', why: 'replication-scope' },
    ]);
    const wishes = { ...asIs, isRenamed: true, set: [set('d', 'REPLICATION_SCOPE', '1')] };
    expect(descriptorChanges(used, wishes)).toEqual([]);
  });

  it('has the tracker in the table, and none of its own in a family', () => {
    const restored = changeTable(used, descriptorChanges(used, { ...asIs, tracker: 'FILE' }));
    expect(attributeOf(restored, null, TRACKER)).toBe('FILE');
    expect(attributeOf(restored, 'd', TRACKER)).toBeUndefined();
  });

  it.each([
    ['shop', 'FILE', false, 'FILE'],
    ['shop', 'DEFAULT', false, 'DEFAULT'],
    ['shop', 'MIGRATION', false, undefined],
    ['shop', undefined, false, undefined],
    ['shop', undefined, true, undefined],
    ['FILE', undefined, true, 'DEFAULT'],
    ['FILE', undefined, false, undefined],
    ['shop-2.4.18', 'FILE', false, 'FILE'],
    ['shop-2.4.18', undefined, true, undefined],
  ])('of %s takes of a target with %s (2.4: %s) %s', (name, tracker, isBefore25, expected) => {
    const file = changeTable(used, [{ family: null, name: TRACKER, from: null, to: 'FILE', why: 'set' }]);
    const schema = name === 'FILE' ? file : schemaOf(name as FixtureName);
    expect(trackerFor(schema, { tracker, isBefore25 })).toBe(expected);
  });

  it('says what the target must know', () => {
    expect(traitsOf(schemaOf('shop', 'sensors-T0'))).toEqual({
      ...{ coprocessors: [], compressions: [], encodings: ['FAST_DIFF'], encrypted: [], mob: [] },
      ...{ tracker: 'DEFAULT', line: 'from 2.5 on' },
    });
    expect(traitsOf(schemaOf('shop-2.4.18'))).toMatchObject({ compressions: ['GZ'], tracker: null, line: 'unknown' });
    expect(traitsOf(schemaOf('tags-mob', 'profiles-T0')).mob).toEqual(['mob']);
    const secret = changeTable(used, [{ family: 'd', name: 'ENCRYPTION', from: null, to: 'AES', why: 'set' }]);
    expect(traitsOf(secret).encrypted).toEqual(['d']);
  });

  it('stands in the manifest, of which no other byte changes', () => {
    const before = new SnapshotManifest(manifestOf('shop'));
    const bytes = replaceTableSchema(manifestOf('shop'), used);
    const after = new SnapshotManifest(bytes);
    expect(attributeOf(after.tableSchema, 'd', 'REPLICATION_SCOPE')).toBe('1');
    const regions = (of: SnapshotManifest) =>
      of.regions.map((region) => [of.regionInfo(region), of.storeFiles(region)]);
    expect(regions(after)).toEqual(regions(before));
    const same = replaceTableSchema(manifestOf('shop'), before.tableSchema);
    expect(same.length).toBe(manifestOf('shop').length);
  });
});
