import { NothingToBackUp } from '../../core/errors/chain-errors.ts';
import { ImageDamaged, ManifestVoided } from '../../core/errors/image-errors.ts';
import {
  ChainBroken,
  LogDirectoryNotFound,
  LogGap,
  NoLogPosition,
  TableRefused,
} from '../../core/errors/log-errors.ts';
import type { ImageRecord, ImageTableRecord } from '../../core/items.ts';
import { type FamilySettings, familySettings } from '../../core/plan/logs/family-settings.ts';
import { type LogStream, logStreams } from '../../core/plan/logs/log-streams.ts';
import { type LogBase, type LogPlan, logBaseOf, planLogs } from '../../core/plan/logs/plan-logs.ts';
import { requireSameFamilies } from '../../core/plan/logs/same-families.ts';
import { type TargetRegion, TargetRegions } from '../../core/plan/logs/target-regions.ts';
import type { Base } from '../../core/plan/newest-bases.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { IncrementalRequest } from '../contracts/fields.ts';
import type { Logs } from '../ports/logs.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SourceTables } from '../ports/source-tables.ts';
import { backupBases } from './backup-bases.ts';
import { familyTraits } from './family-traits.ts';
import { type LogParent, LogParents } from './log-parents.ts';

export interface IncrementPorts {
  readonly objects: ObjectStore;
  readonly logs: Logs;
  readonly sourceTables: SourceTables;
}

/** A table that an increment is made of from logs. */
export interface DecidedTable {
  readonly table: string;
  /** Place among all tables of the image. */
  readonly index: number;
  readonly parent: LogParent;
  readonly base: LogBase;
  readonly families: readonly FamilySettings[];
  readonly regions: readonly TargetRegion[];
}

/** What an increment from logs is going to be made of. */
export interface DecidedIncrement {
  readonly streams: readonly LogStream[];
  readonly tables: readonly DecidedTable[];
  /** Tables that nothing can be made of from logs, and why; with `orFull` they are taken full. */
  readonly full: readonly {
    readonly table: string;
    readonly index: number;
    readonly reason: string;
    /** Its newest image is damaged: a full may list nothing of it again. */
    readonly isStandalone: boolean;
  }[];
  readonly plan: LogPlan;
  readonly parents: LogParents;
}

/** What makes a full necessary, and possible. */
const NEEDS_FULL = [NoLogPosition, LogGap, ChainBroken, TableRefused, ImageDamaged, ManifestVoided];

/**
 * Decides from one listing what an increment reads and which tables it is made of; reads only.
 * @throws NoFullBackup; LogDirectoryNotFound, LogUnreadable; NothingToBackUp; unless `orFull`: NoLogPosition, LogGap,
 *   ChainBroken, TableRefused, ImageDamaged, ManifestVoided
 */
export async function decideIncrement(
  ports: IncrementPorts,
  request: IncrementalRequest,
  records: { readonly images: readonly ImageRecord[]; readonly rows: readonly ImageTableRecord[] },
  nowMs: number,
): Promise<DecidedIncrement> {
  const known = backupBases(request, records);
  const streams = logStreams(await ports.logs.list(parseS3Uri(request.wals, 'wals')));
  if (streams.length === 0) throw noLogs(request);
  const { clockMarginSeconds, includeActive, until: untilMs } = request;
  const options = { nowMs, clockMarginMs: clockMarginSeconds * 1_000, includeActive, untilMs };
  const parents = new LogParents(ports.objects, parseS3Uri(request.root, 'root'));
  const tables: DecidedTable[] = [];
  const full: { table: string; index: number; reason: string; isStandalone: boolean }[] = [];
  for (const [index, table] of request.tables.entries()) {
    const base = known.parents.get(table);
    if (base === undefined) {
      full.push({ table, index, reason: 'it has no backup that an increment could follow on', isStandalone: false });
      continue;
    }
    try {
      const decided = await decideTable(ports, request, parents, base, index);
      // Alone, so that a gap is known as that of this table.
      planLogs(streams, [decided.base], options);
      tables.push(decided);
    } catch (error) {
      if (!request.orFull || !NEEDS_FULL.some((kind) => error instanceof kind)) throw error;
      const isStandalone = error instanceof ImageDamaged || error instanceof ManifestVoided;
      full.push({ table, index, reason: (error as Error).message, isStandalone });
    }
  }
  const plan = planLogs(
    streams,
    tables.map(({ base }) => base),
    options,
  );
  if (tables.length > 0 && plan.logs.length === 0) throw nothingNew(request);
  return { streams, tables, full, plan, parents };
}

// An empty set of logs is no proof that nothing was written: never an empty image.
const noLogs = ({ wals }: IncrementalRequest) =>
  new LogDirectoryNotFound(
    `there is no log of a region server in ${wals}`,
    'name the place of hbase.wal.dir with --wals, or back up from snapshots (--from-snapshot)',
    { wals },
  );

const nothingNew = ({ wals }: IncrementalRequest) =>
  new NothingToBackUp(
    `the images have all that is in the logs in ${wals}, whose servers have ended`,
    'start the cluster and run it again once its logs were rolled, or name the place of its logs with --wals',
    { wals },
  );

async function decideTable(
  ports: IncrementPorts,
  request: IncrementalRequest,
  parents: LogParents,
  found: Base,
  index: number,
): Promise<DecidedTable> {
  const parent = await parents.read(found);
  const { table } = found.row;
  const { wals = null, walsNote = 'it was made before positions in the logs were recorded' } = parent.position;
  const base = logBaseOf(table, {
    id: found.image.id,
    position: parent.position.position,
    logs: wals,
    note: walsNote,
  });
  const now = await ports.sourceTables.schema(parseS3Uri(request.source, 'source'), table);
  requireSameFamilies(table, parent.snapshot.tableSchema, now);
  if (now !== undefined) familySettings(now, table);
  const families = familySettings(parent.snapshot.tableSchema, table, await familyTraits(ports.objects, parent));
  const { regions } = new TargetRegions(parent.snapshot, table);
  // With orFull here, where a full is still possible, and not in the middle of the session.
  if (request.orFull) for await (const _ of parents.known(parent));
  return { table, index, parent, base, families, regions };
}
