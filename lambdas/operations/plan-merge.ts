import { canonicalJson } from '../../core/canonical-json.ts';
import { ChainBroken, LogGap } from '../../core/errors/log-errors.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { LineCompressor } from '../../core/line-compressor.ts';
import { positionsAfter } from '../../core/plan/logs/plan-logs.ts';
import { bulkCopiesKey, indexKey, plannedStoreFilesKey, walSummaryKey, workPrefix } from '../../core/stack-layout.ts';
import type { planMergeContract } from '../contracts/plan-merge.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { MergeChunks } from './merge-chunks.ts';
import { readSplitResult, type SplitLog } from './split-results.ts';
import { stepEntry } from './step-entry.ts';
import { type FoundOfTable, planTableMerge, type TableMerge } from './table-merge.ts';
import {
  basesOf,
  knownFilesLine,
  type PlannedWal,
  readKnownFiles,
  readWalPlan,
  readWals,
  streamsOf,
  type WalPlan,
  type WalTable,
} from './wal-plan.ts';
import { readWalParts, type WalSummary } from './wal-results.ts';

type Ports = { readonly objects: ObjectStore; readonly table: SystemTable };

/** What the logs, not their names, show of a table that must be taken full. */
const NEEDS_FULL = [ChainBroken, LogGap];

/**
 * {@link planMergeContract}: checks that the logs explain what became of each table's regions and files, cuts every
 * region at the boundary, and makes of what is left one task a target region and family. A table that they do not
 * explain is taken full instead, if the request says so.
 * @throws Fenced, ClocksDiffer, UnknownAnswer; unless `orFull`: ChainBroken, LogGap
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
    const { logs, tables: found } = await readAllParts(objects, place);
    requireAll(wals, logs);
    const known = await readKnownFiles(objects, bucket, work);

    const chunks = new MergeChunks(objects, place);
    const copies = new LineCompressor();
    const storeFiles = new LineCompressor();
    const tables: WalSummary['tables'] = [];
    const fullTables: WalSummary['fullTables'] = [];
    const numbered = new Map(logs.map((log) => [log.wal, log]));
    for (const table of plan.tables) {
      const { index } = table;
      const facts = found.get(index) ?? { segments: [], regions: [], events: [] };
      const merge = mergeOf(plan, table, { ...facts, wals, logs: numbered, known: known.get(index) ?? [] });
      // Of a thousand tables only one at a time takes memory for its plan.
      found.delete(index);
      known.delete(index);
      if ('reason' in merge) {
        fullTables.push({ index, reason: merge.reason });
        continue;
      }
      for (const task of merge.tasks) await chunks.add(task);
      for (const copy of merge.copies) await copies.add(canonicalJson(copy));
      for (const region of merge.regions()) await storeFiles.add(knownFilesLine(index, region));
      tables.push(merge.summary);
    }
    const lastWrites = new Map(logs.map(({ name, lastWriteMs }) => [name, lastWriteMs ?? undefined]));
    const positions = positionsAfter(streamsOf(plan), basesOf(plan), lastWrites, plan);

    const index = await chunks.end();
    await objects.put(bucket, bulkCopiesKey(work), (await copies.end()).bytes);
    await objects.put(bucket, plannedStoreFilesKey(work), (await storeFiles.end()).bytes);
    const summary = { tables, fullTables, positions } satisfies WalSummary;
    await objects.put(bucket, walSummaryKey(work), Buffer.from(canonicalJson(summary)));
    await objects.put(bucket, indexKey(work, 'merge'), Buffer.from(index.join('')));
    return { tasks: chunks.tasks, chunks: index.length, indexKey: indexKey(work, 'merge') };
  };

function mergeOf(plan: WalPlan, table: WalTable, found: FoundOfTable): TableMerge | { readonly reason: string } {
  try {
    return planTableMerge(plan, table, found);
  } catch (error) {
    if (!plan.orFull || !NEEDS_FULL.some((kind) => error instanceof kind)) throw error;
    return { reason: (error as Error).message };
  }
}

type PartsOfTable = { -readonly [K in 'segments' | 'regions' | 'events']: FoundOfTable[K][number][] };

/** All that the children found, by the table's place in the image. */
async function readAllParts(objects: ObjectStore, place: { readonly bucket: string; readonly work: string }) {
  const logs: SplitLog[] = [];
  const tables = new Map<number, PartsOfTable>();
  const of = (table: number): PartsOfTable => {
    const known = tables.get(table) ?? { segments: [], regions: [], events: [] };
    tables.set(table, known);
    return known;
  };
  for (const { part } of await readWalParts(objects, place.bucket, place.work)) {
    const result = await readSplitResult(objects, place, part);
    logs.push(...result.logs);
    for (const segment of result.segments) of(segment.table).segments.push(segment);
    for (const region of result.regions) of(region.table).regions.push(region);
    for (const { table, seen } of result.events) of(table).events.push(seen);
  }
  return { logs, tables };
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
