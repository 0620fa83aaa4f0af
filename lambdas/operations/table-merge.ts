import { ChainBroken } from '../../core/errors/log-errors.ts';
import { InvalidStoreFileName, parseStoreFileName, type StoreFileName } from '../../core/hbase/store-file-name.ts';
import { parseTableName, tablePath } from '../../core/hbase/table-name.ts';
import { requireNoneMissing } from '../../core/plan/logs/edits-seen.ts';
import { mergeGroups, type WalRegion, walRegionKey, walRegionsOf } from '../../core/plan/logs/merge-tasks.ts';
import { requireOpenings } from '../../core/plan/logs/region-beginnings.ts';
import { type KnownRegion, RegionEvidence, type SeenEvent } from '../../core/plan/logs/region-evidence.ts';
import type { WalRegionFacts } from '../../core/plan/logs/wal-splitter.ts';
import type { MergeTask } from './merge-plan.ts';
import type { PlacedSegment, SplitLog } from './split-results.ts';
import { type PlannedWal, streamOf, type WalPlan, type WalTable } from './wal-plan.ts';
import type { BulkCopy, WalSummary } from './wal-results.ts';

/** A file that was loaded beside the log: its table, its region and family, and the sequence id of the load. */
interface BulkLoad {
  readonly region: string;
  readonly family: string;
  readonly file: string;
  readonly sequenceId: number;
}

/** What the logs have of one table, and what else its merge is planned from. */
export interface FoundOfTable {
  readonly segments: readonly PlacedSegment[];
  readonly regions: readonly WalRegionFacts[];
  readonly events: readonly SeenEvent[];
  /** All logs of the session, and what was found in them, by their numbers in the plan. */
  readonly wals: readonly PlannedWal[];
  readonly logs: ReadonlyMap<number, SplitLog>;
  /** The regions of the parent and their store files. */
  readonly known: readonly KnownRegion[];
}

/** What becomes of one table. */
export interface TableMerge {
  readonly tasks: readonly MergeTask[];
  readonly copies: readonly BulkCopy[];
  /** For the next increment. */
  regions(): Iterable<KnownRegion>;
  readonly summary: WalSummary['tables'][number];
}

/** @throws ChainBroken, LogGap, ClocksDiffer */
export function planTableMerge(plan: WalPlan, table: WalTable, found: FoundOfTable): TableMerge {
  const regions = walRegionsOf(found.regions);
  const window = { from: table.position, boundary: plan.boundary };
  const newStreams = new Set(found.wals.filter(({ newTo }) => newTo.includes(table.index)).map(streamOf));
  for (const [region, facts] of Map.groupBy(found.regions, ({ walRegion }) => walRegion)) {
    const of = { table: table.table, region };
    const family = facts.find(({ strangeFamily }) => strangeFamily !== undefined)?.strangeFamily;
    if (family !== undefined) throw withoutFamily(table, family);
    requireNoneMissing(
      of,
      facts.flatMap(({ seen }) => seen),
      window,
    );
    requireOpenings(
      of,
      facts.flatMap(({ began }) => began),
      newStreams,
    );
  }
  const greatest = new Map(
    found.regions.map(({ walRegion }) => [
      walRegion,
      regions.get(walRegionKey(table.index, walRegion))!.greatestSequenceId,
    ]),
  );
  const evidence = new RegionEvidence(table.table, found.known, greatest);
  evidence.explain(found.events, window);
  const tasks = new Map<string, MergeTask>();
  for (const { segments, ...group } of mergeGroups(found.segments, regions)) {
    const sources = segments.map(({ segment: { part, run, etag, offset, length, hasTags }, below }) => ({
      ...{ part, run, etag, offset, length, hasTags },
      ...(below !== undefined && { below }),
    }));
    tasks.set(taskKey(group), { ...group, segments: sources, bulkLoads: [] });
  }
  const copies: BulkCopy[] = [];
  for (const load of bulkLoadsOf(plan, table, found.events, regions)) {
    addBulkLoad(table, load, evidence, { tasks, copies });
  }
  return {
    tasks: [...tasks.values()],
    copies,
    regions: () => evidence.known(),
    summary: summaryOf(plan, table, found, evidence.replayedFiles),
  };
}

/** Loads of the window. A clock that is behind may date one before the parent that came after it: a margin more. */
function bulkLoadsOf(
  { boundary }: WalPlan,
  table: WalTable,
  events: readonly SeenEvent[],
  regions: ReadonlyMap<string, WalRegion>,
): BulkLoad[] {
  const loads = new Map<string, BulkLoad>();
  for (const { event, sequenceId: entryId, writeTimeMs } of events) {
    if (event.kind !== 'bulk-load') continue;
    const cut = regions.get(walRegionKey(table.index, event.region))?.cutSequenceId ?? Number.POSITIVE_INFINITY;
    if (writeTimeMs > boundary || entryId >= cut || writeTimeMs <= table.position - table.clockMarginMs) continue;
    for (const { family, files } of event.stores) {
      for (const file of files) {
        const { region, sequenceId } = event;
        loads.set(`${region} ${family} ${file}`, { region, family, file, sequenceId });
      }
    }
  }
  return [...loads.values()];
}

/** One of a target region is copied under its own name, which says its order; any other one is rewritten row by row. */
function addBulkLoad(
  table: WalTable,
  { region, family, file, sequenceId }: BulkLoad,
  evidence: RegionEvidence,
  to: { readonly tasks: Map<string, MergeTask>; readonly copies: BulkCopy[] },
): void {
  const name = nameOf(table, family, file);
  if (name.kind !== 'hfile' || !table.families.some((known) => known.name === family))
    throw strange(table, family, file);
  const path = `${tablePath(parseTableName(table.table))}/${region}/${family}/${file}`;
  if (table.regions.some(({ encodedName }) => encodedName === region)) {
    to.copies.push({ path, table: table.index });
    return;
  }
  const loadedAt = name.bulkLoadSeqId !== undefined ? Number(name.bulkLoadSeqId) : sequenceId;
  const startKey = evidence.startKeyOf(region) ?? '';
  for (const [place, { endKey }] of table.regions.entries()) {
    if (endKey !== '' && endKey <= startKey) continue;
    const group = { table: table.index, region: place, family };
    const task = to.tasks.get(taskKey(group)) ?? { ...group, segments: [], bulkLoads: [] };
    to.tasks.set(taskKey(group), task);
    task.bulkLoads.push({ path, sequenceId: loadedAt });
  }
}

function nameOf(table: WalTable, family: string, file: string): StoreFileName {
  try {
    return parseStoreFileName(file);
  } catch (error) {
    if (error instanceof InvalidStoreFileName) throw strange(table, family, file);
    throw error;
  }
}

const strange = ({ table }: WalTable, family: string, file: string) =>
  new ChainBroken(
    `${table}: the logs have a bulk load of ${JSON.stringify(file)} into family ${JSON.stringify(family)}, which the parent cannot take`,
    'take a full of the table, or run it again with --or-full',
    { table, family, file },
  );

const withoutFamily = ({ table }: WalTable, family: string) =>
  new ChainBroken(
    `${table}: the logs have edits of family ${family}, which the parent does not have`,
    'take a full of the table, or run it again with --or-full',
    { table, family },
  );

const taskKey = ({ table, region, family }: Pick<MergeTask, 'table' | 'region' | 'family'>) =>
  `${table} ${region} ${family}`;

function summaryOf(
  { newServers }: WalPlan,
  { index }: WalTable,
  { wals, logs: read, segments }: FoundOfTable,
  replayedFiles: number,
): WalSummary['tables'][number] {
  const mine = wals.filter(({ tables }) => tables.includes(index));
  const torn = mine.filter(({ wal }) => read.get(wal)?.end === 'torn');
  const cells = segments.reduce((sum, segment) => sum + segment.cells, 0);
  return {
    index,
    cells,
    wals: mine.length,
    walBytes: mine.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    tornTails: torn.length,
    replayedFiles,
    notes: [
      ...torn.map(
        ({ wal, path }) =>
          `${path} ends torn: ${read.get(wal)!.tornBytes} bytes behind byte ${read.get(wal)!.offset} were no whole entry; its writer had died`,
      ),
      ...newServers.map(
        (server) => `that nothing of ${server}, which is new, is missing rests on the names of its logs`,
      ),
    ],
  };
}
