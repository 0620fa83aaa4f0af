import { canonicalJson } from '../../core/canonical-json.ts';
import type { ImageTableRecord } from '../../core/items.ts';
import { LineCompressor } from '../../core/line-compressor.ts';
import { planLogs } from '../../core/plan/logs/plan-logs.ts';
import { snapshotBelow } from '../../core/plan/logs/snapshot-below.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { indexKey, knownFilesKey, walListKey, workPrefix } from '../../core/stack-layout.ts';
import type { planWalsContract } from '../contracts/plan-wals.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { backupBases } from './backup-bases.ts';
import { type DecidedIncrement, decideIncrement, type IncrementPorts } from './decide-increment.ts';
import { LogParents } from './log-parents.ts';
import { recordsBefore } from './records-before.ts';
import { stepEntry } from './step-entry.ts';
import {
  basesOf,
  compressWals,
  findWalPlan,
  knownFilesLine,
  type PlannedWal,
  putWalPlan,
  readWalPlan,
  streamsOf,
  type WalPlan,
  walLine,
} from './wal-plan.ts';
import type { WalPartLine } from './wal-results.ts';

type Input = InputOf<typeof planWalsContract>;
type Output = OutputOf<typeof planWalsContract>;
type Ports = IncrementPorts & { readonly table: SystemTable; readonly clock: Clock };

/** What one child reads, unless a log alone is larger. */
const PART_LOGS = 64;
const PART_BYTES = 256 * 1024 * 1024;

/**
 * {@link planWalsContract}. The header is written first and once: it holds the listing and the time, from which all the
 * rest follows, so that a second run writes the same lists (I10).
 * @throws Fenced; as decideIncrement
 */
export const planWals =
  (ports: Ports, config: { readonly SYSTEM_BUCKET: string; readonly WORK_BUCKET: string }) =>
  async (input: Input): Promise<Output> => {
    await stepEntry(ports.table, input);
    const bucket = config.WORK_BUCKET;
    const work = workPrefix(input.root, input.sessionId);
    const records = await recordsBefore(ports.objects, config.SYSTEM_BUCKET, input.snapshot);
    const before = await findWalPlan(ports.objects, bucket, work);
    const plan = before ?? (await decideOnce());
    const wals = walsOf(plan);
    await writeKnownFiles(ports.objects, { bucket, work }, plan, backupBases(input.request, records).parents, input);
    await ports.objects.put(bucket, walListKey(work), compressWals(wals));
    const index = partsOf(wals).map((part) => `${canonicalJson(part)}\n`);
    await ports.objects.put(bucket, indexKey(work, 'wal'), Buffer.from(index.join('')));
    return {
      tables: plan.tables.length,
      logs: wals.length,
      bytes: wals.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      boundary: plan.boundary,
      indexKey: indexKey(work, 'wal'),
    };

    async function decideOnce(): Promise<WalPlan> {
      const nowMs = ports.clock.now();
      const decided = headerOf(input, nowMs, await decideIncrement(ports, input.request, records, nowMs), records.rows);
      const decision = await putWalPlan(ports.objects, bucket, work, decided);
      return decision === 'CREATED' ? decided : readWalPlan(ports.objects, bucket, work);
    }
  };

function headerOf(
  input: Input,
  plannedAt: number,
  decided: DecidedIncrement,
  rows: readonly ImageTableRecord[],
): WalPlan {
  const { request } = input;
  const clockMarginMs = request.clockMarginSeconds * 1_000;
  return {
    format: 1,
    sessionId: input.sessionId,
    wals: request.wals,
    source: request.source,
    startedAt: input.startedAt,
    plannedAt,
    boundary: decided.plan.boundary,
    clockMarginMs,
    includeActive: request.includeActive,
    orFull: request.orFull,
    tables: decided.tables.map(({ table, index, parent, base, families, regions }) => ({
      ...{ table, index, parent: base.parent, position: base.position },
      snapshotPosition: snapshotBelow(rows, parent.base.row),
      // What the parent left out was decided by its margin: with a smaller one it would be taken for a part of it.
      clockMarginMs: Math.max(clockMarginMs, parent.position.clockMarginMs ?? 0),
      parentManifestSha256: parent.base.image.manifestSha256,
      parentIndex: parent.table.index,
      logs: [...base.logs],
      families: [...families],
      regions: regions.map(({ encodedName, startKey, endKey }) => ({
        encodedName,
        startKey: Buffer.from(startKey).toString('hex'),
        endKey: Buffer.from(endKey).toString('hex'),
      })),
    })),
    fullTables: [...decided.full],
    newServers: [...decided.plan.newServers],
    streams: decided.streams.map(({ isServing, logs }) => ({
      isServing,
      logs: logs.map(({ path, sizeBytes, etag, modifiedMs }) => ({ path, sizeBytes, etag, modifiedMs })),
    })),
  };
}

/** The logs that are read, numbered; the same whenever it is asked. */
function walsOf(plan: WalPlan): PlannedWal[] {
  const { plannedAt: nowMs, clockMarginMs, includeActive, tables } = plan;
  const { logs } = planLogs(streamsOf(plan), basesOf(plan), { nowMs, clockMarginMs, includeActive });
  return logs.map((log, wal) => walLine(log, wal, (place) => tables[place]!.index));
}

/** Logs in turn, as many as one child takes: small ones together. */
function partsOf(wals: readonly PlannedWal[]): WalPartLine[] {
  const parts: WalPartLine[] = [];
  for (const { wal, sizeBytes } of wals) {
    const last = parts.at(-1);
    if (last !== undefined && wal - last.wals[0] < PART_LOGS && last.bytes + sizeBytes <= PART_BYTES) {
      last.wals[1] = wal;
      last.bytes += sizeBytes;
    } else {
      parts.push({ part: parts.length, wals: [wal, wal], bytes: sizeBytes });
    }
  }
  return parts;
}

async function writeKnownFiles(
  objects: ObjectStore,
  { bucket, work }: { readonly bucket: string; readonly work: string },
  plan: WalPlan,
  bases: ReturnType<typeof backupBases>['parents'],
  { root }: Input,
): Promise<void> {
  const parents = new LogParents(objects, parseS3Uri(root, 'root'));
  const lines = new LineCompressor();
  for (const { table, index } of plan.tables) {
    const parent = await parents.read(bases.get(table)!);
    for await (const region of parents.known(parent)) {
      const behind = lines.add(knownFilesLine(index, region));
      if (behind) await behind;
    }
  }
  await objects.put(bucket, knownFilesKey(work), (await lines.end()).bytes);
}
