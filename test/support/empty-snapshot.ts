import { Buffer } from 'node:buffer';
import { writeSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { writeSnapshotManifest } from '../../core/hbase/snapshot-manifest-writer.ts';
import { parseTableName } from '../../core/hbase/table-name.ts';
import type { Fixture } from './fixture.ts';

/** Adds a snapshot, with a TTL, of a table that has no region files at all. */
export function emptySnapshot(files: Fixture, name: string, table: string): void {
  const place = (files as Map<string, Buffer>).set.bind(files as Map<string, Buffer>);
  const common = { unknown: new Uint8Array() };
  const description = {
    ...{
      name,
      table: parseTableName(table),
      creationMs: 1_700_000_000_000,
      type: 'FLUSH' as const,
      version: 2,
      ttlSeconds: 60,
    },
    ...common,
  };
  const schema = {
    ...{ table: parseTableName(table), attributes: new Map(), families: [], configuration: new Map() },
    ...common,
  };
  place(`hbase/.hbase-snapshot/${name}/.snapshotinfo`, Buffer.from(writeSnapshotDescription(description)));
  place(`hbase/.hbase-snapshot/${name}/data.manifest`, Buffer.from(writeSnapshotManifest(schema, [])));
}
