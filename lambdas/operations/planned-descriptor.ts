import { traitsOf } from '../../core/hbase/descriptor-traits.ts';
import { refuseLargeManifest } from '../../core/hbase/manifest-limit.ts';
import { descriptorChanges, trackerFor } from '../../core/hbase/restored-descriptor.ts';
import { replaceTableSchema } from '../../core/hbase/snapshot-manifest-writer.ts';
import { changeTable, type TableChange } from '../../core/hbase/table-change.ts';
import type { TableSchema } from '../../core/hbase/table-schema.ts';
import type { ManifestTable } from '../../core/manifest.ts';
import { restoreNotes } from '../../core/restore-notes.ts';
import type { RestoreRequest } from '../contracts/restore-request.ts';
import type { PlannedTable } from './planned-tables.ts';
import type { TargetHBase } from './target-hbase.ts';

/** A table of the image, and what the plan knows of it. */
interface TableInImage {
  readonly table: ManifestTable;
  /** `data.manifest` of the image, and what stands in it. */
  readonly manifest: Uint8Array;
  readonly schema: TableSchema;
  readonly regions: number;
  /** A table of the restored name is in the target. */
  readonly replaces: boolean;
}

/**
 * What the restored descriptor will be, decided once: the steps that publish make these changes and ask the target no
 * more, so that every run of them writes the same bytes (I10).
 * @throws SnapshotManifestTooLarge, DestinationRefused
 */
export async function plannedDescriptor(
  request: RestoreRequest,
  asked: RestoreRequest['tables'][number],
  { table, manifest, schema, regions, replaces }: TableInImage,
  hbase: TargetHBase,
  now: number,
): Promise<NonNullable<PlannedTable['restore']>> {
  const shows = await hbase.shows();
  const tracker = request.storeFileTracker ?? trackerFor(schema, await hbase.tracker(asked.target, replaces));
  const { set } = asked;
  const isRenamed = asked.target !== asked.table;
  const changes = descriptorChanges(schema, { set, stripCoprocessors: request.stripCoprocessors, isRenamed, tracker });
  const restored = changeTable(schema, changes);
  const manifestBytes = publishedManifest(manifest, schema, changes).length;
  const limit = { table: table.table, sizeBytes: manifestBytes, limitBytes: request.manifestLimitBytes };
  refuseLargeManifest(limit, 'nothing was restored; if the target reads it, say so with --manifest-limit; else');
  const descriptor = traitsOf(schema);
  const notes = restoreNotes({
    ...{ table: table.table, schema: restored, traits: traitsOf(restored), line: descriptor.line },
    ...{ position: table.position, now, files: table.files, regions, manifestBytes, targetLine: shows.line },
  });
  return { changes, descriptor, notes, manifestBytes, shows };
}

/** `data.manifest` as the target gets it: as HBase wrote it but for the changes. */
export const publishedManifest = (
  manifest: Uint8Array,
  schema: TableSchema,
  changes: readonly TableChange[],
): Uint8Array => (changes.length === 0 ? manifest : replaceTableSchema(manifest, changeTable(schema, changes)));
