import { canonicalJson } from '../../core/canonical-json.ts';
import { compressLines } from '../../core/compressed-lines.ts';
import { ChainBroken } from '../../core/errors/log-errors.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { parseStoreFileName } from '../../core/hbase/store-file-name.ts';
import { parseTableName, tablePath } from '../../core/hbase/table-name.ts';
import { requireNoneMissing } from '../../core/plan/logs/edits-seen.ts';
import { mergeGroups, type WalRegion, walRegionKey, walRegionsOf } from '../../core/plan/logs/merge-tasks.ts';
import { positionsAfter } from '../../core/plan/logs/plan-logs.ts';
import { requireOpenings } from '../../core/plan/logs/region-beginnings.ts';
import { RegionEvidence, type SeenEvent } from '../../core/plan/logs/region-evidence.ts';
import { bulkCopiesKey, indexKey, plannedStoreFilesKey, walSummaryKey, workPrefix } from '../../core/stack-layout.ts';
import type { planMergeContract } from '../contracts/plan-merge.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { type MergeTask, putMergeChunk } from './merge-plan.ts';
import { type PlacedSegment, readSplitResult, type SplitLog, type SplitResult } from './split-results.ts';
import { stepEntry } from './step-entry.ts';
import {
  basesOf,
  knownFilesLine,
  type PlannedWal,
  readKnownFiles,
  readWalPlan,
  readWals,
  streamOf,
  streamsOf,
  type WalPlan,
  type WalTable,
} from './wal-plan.ts';
import { type BulkCopy, readWalParts, type WalSummary } from './wal-results.ts';

type Ports = { readonly objects: ObjectStore; readonly table: SystemTable };

/** A child merges at most so much: at some 50 MB a second it is done in a few minutes. */
const CHUNK = { bytes: 2 << 30, tasks: 100 };

/** A file that was loaded beside the log: its table, its region and family, and the sequence id of the load. */
interface BulkLoad {
  readonly region: string;
  readonly family: string;
  readonly file: string;
  readonly sequenceId: number;
}

/**
 * {@link planMergeContract}: checks that the logs explain what became of each table's regions and files, cuts every
 * region at the boundary, and makes of what is left one task a target region and family.
 * @throws Fenced, ChainBroken, ClocksDiffer, UnknownAnswer
 */
export const planMerge =
  (ports: Ports, config: { readonly WORK_BUCKET: string }) =>
  async (input: InputOf<typeof planMergeContract>): Promise<OutputOf<typeof planMergeContract>> => {
    await stepEntry(ports.table, input);
    const { objects } = ports;
    const place = { bucket: config.WORK_BUCKET, work: workPrefix(input.root, input.sessionId) };
    const { bucket, work } = place;
    const plan = await readWalPlan(objects, bucket, work);
    const wals = await readWals(objects, bucket, work);
    const split = await readAllParts(objects, place);
    requireAll(wals, split.logs);
    const regions = walRegionsOf(split.regions);
    const known = await readKnownFiles(objects, bucket, work);

    const tasks = new Map<string, MergeTask>();
    for (const { segments, ...group } of mergeGroups(split.segments, regions)) {
      const sources = segments.map(({ segment: { part, run, etag, offset, length, hasTags }, below }) => ({
        ...{ part, run, etag, offset, length, hasTags },
        ...(below !== undefined && { below }),
      }));
      tasks.set(taskKey(group), { ...group, segments: sources, bulkLoads: [] });
    }
    const copies: BulkCopy[] = [];
    const storeFiles: string[] = [];
    const tables: WalSummary['tables'] = [];
    const eventsOf = Map.groupBy(split.events, ({ table }) => table);
    const regionsOf = Map.groupBy(split.regions, ({ table }) => table);
    const segmentsOf = Map.groupBy(split.segments, ({ table }) => table);
    const logs = new Map(split.logs.map((log) => [log.wal, log]));
    for (const table of plan.tables) {
      const events = (eventsOf.get(table.index) ?? []).map(({ seen }) => seen);
      const evidence = new RegionEvidence(table.table, known.get(table.index) ?? [], greatestOf(table, regions));
      const newStreams = new Set(wals.filter(({ newTo }) => newTo.includes(table.index)).map(streamOf));
      const window = { from: table.position, boundary: plan.boundary };
      for (const [region, facts] of Map.groupBy(regionsOf.get(table.index) ?? [], ({ walRegion }) => walRegion)) {
        const seen = facts.flatMap((one) => one.seen);
        requireNoneMissing({ table: table.table, region }, seen, window);
        const began = facts.flatMap((one) => one.began);
        requireOpenings({ table: table.table, region }, began, newStreams);
      }
      evidence.explain(events, window);
      for (const load of bulkLoadsOf(plan, table, events, regions)) {
        addBulkLoad(table, load, evidence, { tasks, copies });
      }
      for (const region of evidence.known()) storeFiles.push(knownFilesLine(table.index, region));
      const segments = segmentsOf.get(table.index) ?? [];
      tables.push(summaryOf(plan, table, { wals, logs, segments, replayedFiles: evidence.replayedFiles }));
    }
    const lastWrites = new Map(split.logs.map(({ name, lastWriteMs }) => [name, lastWriteMs ?? undefined]));
    const positions = positionsAfter(streamsOf(plan), basesOf(plan), lastWrites, plan);

    const index = await putChunks(objects, place, [...tasks.values()]);
    await objects.put(bucket, bulkCopiesKey(work), compressLines(copies.map((copy) => canonicalJson(copy))));
    await objects.put(bucket, plannedStoreFilesKey(work), compressLines(storeFiles));
    const summary = { tables, positions } satisfies WalSummary;
    await objects.put(bucket, walSummaryKey(work), Buffer.from(canonicalJson(summary)));
    await objects.put(bucket, indexKey(work, 'merge'), Buffer.from(index.join('')));
    return { tasks: tasks.size, chunks: index.length, indexKey: indexKey(work, 'merge') };
  };

interface Place {
  readonly bucket: string;
  readonly work: string;
}

async function readAllParts(objects: ObjectStore, place: Place): Promise<SplitResult> {
  const logs: SplitLog[] = [];
  const segments: PlacedSegment[] = [];
  const regions: SplitResult['regions'][number][] = [];
  const events: SplitResult['events'][number][] = [];
  for (const { part } of await readWalParts(objects, place.bucket, place.work)) {
    const result = await readSplitResult(objects, place, part);
    logs.push(...result.logs);
    for (const segment of result.segments) segments.push(segment);
    for (const region of result.regions) regions.push(region);
    for (const event of result.events) events.push(event);
  }
  return { logs, segments, regions, events };
}

/** I9: a log that was planned and that no part tells of has not been read. */
function requireAll(wals: readonly PlannedWal[], read: readonly SplitLog[]): void {
  const numbers = new Set(read.map(({ wal }) => wal));
  const unread = wals.find(({ wal }) => !numbers.has(wal));
  if (unread === undefined) return;
  throw new UnknownAnswer(`no part of the logs tells of ${unread.path}`, 'start the backup again', {
    log: unread.path,
  });
}

function greatestOf({ index }: WalTable, regions: ReadonlyMap<string, WalRegion>): Map<string, number> {
  const prefix = walRegionKey(index, '');
  return new Map(
    [...regions].flatMap(([key, { greatestSequenceId }]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), greatestSequenceId] as const] : [],
    ),
  );
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
  const name = parseStoreFileName(file);
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

const strange = ({ table }: WalTable, family: string, file: string) =>
  new ChainBroken(
    `${table}: the logs have a bulk load of ${JSON.stringify(file)} into family ${JSON.stringify(family)}, which the parent cannot take`,
    'take a full of the table, or run it again with --or-full',
    { table, family, file },
  );

const taskKey = ({ table, region, family }: Pick<MergeTask, 'table' | 'region' | 'family'>) =>
  `${table} ${region} ${family}`;

function summaryOf(
  { newServers }: WalPlan,
  { index }: WalTable,
  found: {
    readonly wals: readonly PlannedWal[];
    /** By their numbers in the plan. */
    readonly logs: ReadonlyMap<number, SplitLog>;
    readonly segments: readonly PlacedSegment[];
    readonly replayedFiles: number;
  },
): WalSummary['tables'][number] {
  const mine = found.wals.filter(({ tables }) => tables.includes(index));
  const { logs: read } = found;
  const torn = mine.filter(({ wal }) => read.get(wal)?.end === 'torn');
  const cells = found.segments.reduce((sum, segment) => sum + segment.cells, 0);
  return {
    index,
    cells,
    wals: mine.length,
    walBytes: mine.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    tornTails: torn.length,
    replayedFiles: found.replayedFiles,
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

/** Chunks of bounded size, in the order of the tasks; one line of the index a chunk. */
async function putChunks(objects: ObjectStore, place: Place, tasks: readonly MergeTask[]): Promise<string[]> {
  const index: string[] = [];
  let chunk: MergeTask[] = [];
  let bytes = 0;
  const put = async () => {
    await putMergeChunk(objects, place, index.length, chunk);
    index.push(`${canonicalJson({ chunk: index.length, tasks: chunk.length, bytes })}\n`);
    chunk = [];
    bytes = 0;
  };
  for (const task of tasks) {
    chunk.push(task);
    bytes += task.segments.reduce((sum, { length }) => sum + length, 0);
    if (bytes >= CHUNK.bytes || chunk.length === CHUNK.tasks) await put();
  }
  if (chunk.length > 0) await put();
  return index;
}
