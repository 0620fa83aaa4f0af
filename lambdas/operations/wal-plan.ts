import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { compressLines } from '../../core/compressed-lines.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { parseWalPath } from '../../core/hbase/wal/wal-name.ts';
import type { LogPosition } from '../../core/plan/logs/log-position.ts';
import type { LogStream } from '../../core/plan/logs/log-streams.ts';
import type { LogBase, PlannedLog } from '../../core/plan/logs/plan-logs.ts';
import type { KnownRegion } from '../../core/plan/logs/region-evidence.ts';
import { logPositionSchema } from '../../core/position-line.ts';
import { knownFilesKey, walListKey, walPlanKey } from '../../core/stack-layout.ts';
import { count, digestField } from '../contracts/fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readChunkLines } from './chunk-lines.ts';
import { readWorkJson } from './read-work-json.ts';

export const logPositionField = logPositionSchema;

const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/);

const walTable = z.strictObject({
  table: z.string(),
  /** Place in the image; logs, runs and results name a table by it. */
  index: count,
  /** Image that the increment of the table follows on. */
  parent: z.string(),
  /** Up to where the parent has the table, epoch ms. */
  position: count,
  /** Of the newest snapshot in its chain, epoch ms. */
  snapshotPosition: count,
  /** By how much clocks may differ, ms: the largest that an image of its chain, or the request, says. */
  clockMarginMs: count,
  parentManifestSha256: digestField,
  /** Place of the table in the parent. */
  parentIndex: count,
  /** Positions of the parent in the logs. */
  logs: z.array(logPositionField),
  families: z.array(
    z.strictObject({
      name: z.string(),
      /** How its new HFiles are written. */
      compression: z.enum(['NONE', 'GZ', 'SNAPPY', 'LZ4', 'ZSTD', 'ZSTD framed']),
      blockBytes: z.number().int().positive(),
      bloom: z.enum(['NONE', 'ROW', 'ROWCOL', 'ROWPREFIX_FIXED_LENGTH']),
      bloomPrefixBytes: z.number().int().positive().optional(),
      isMob: z.boolean(),
    }),
  ),
  /** Target regions in order of their start keys; they cover every row exactly once. Runs name a region by its place. */
  regions: z.array(z.strictObject({ encodedName: z.string(), startKey: hex, endKey: hex })),
});
export type WalTable = z.infer<typeof walTable>;

const walPlan = z.strictObject({
  format: z.literal(1),
  sessionId: z.string(),
  /** `hbase.wal.dir`, and `hbase.rootdir`, as S3 URIs. */
  wals: z.string(),
  source: z.string(),
  /** Epoch ms: start of the session; the clock of what is written. */
  startedAt: count,
  /** When the logs were listed, epoch ms. */
  plannedAt: count,
  /** T, epoch ms: entries written later are left out. */
  boundary: count,
  clockMarginMs: count,
  includeActive: z.boolean(),
  /** Whether a table that logs cannot follow on is taken full instead. */
  orFull: z.boolean(),
  tables: z.array(walTable),
  /** Tables that no increment could be made of and that are taken full (`orFull`), and why. */
  fullTables: z.array(
    z.strictObject({
      table: z.string(),
      index: count,
      reason: z.string(),
      /** Its newest image is damaged: nothing of it is listed again. */
      isStandalone: z.boolean(),
    }),
  ),
  newServers: z.array(z.string()),
  /** Every log that was listed, needed or not: the positions after the increment rest on them. */
  streams: z.array(
    z.strictObject({
      isServing: z.boolean(),
      logs: z.array(z.strictObject({ path: z.string(), sizeBytes: count, etag: z.string(), modifiedMs: count })),
    }),
  ),
});
/** The header of an increment from logs: decided once, from one listing; what lies beside it follows from it. */
export type WalPlan = z.infer<typeof walPlan>;

const plannedWal = z.strictObject({
  /** Number of the log in the plan, from 0 on. */
  wal: count,
  name: z.string(),
  /** Below `hbase.wal.dir`, where it lay when this was planned. */
  path: z.string(),
  server: z.string(),
  group: z.string(),
  createdMs: count,
  sizeBytes: count,
  etag: z.string(),
  end: z.enum(['CLOSED', 'LAST', 'OPEN']),
  /** {@link WalTable.index} of the tables that need it. */
  tables: z.array(count),
  /** Those of them that have nothing of its stream. */
  newTo: z.array(count),
});
/** One line of `wals.jsonl.zst`. */
export type PlannedWal = z.infer<typeof plannedWal>;

const knownFiles = z.strictObject({
  /** {@link WalTable.index}. */
  table: count,
  region: z.string(),
  startKey: hex,
  files: z.record(z.string(), z.array(z.string())),
});

/** 1,000 tables of many regions, and 100,000 logs. */
const MAX_BYTES = 256 * 1024 * 1024;
const next = 'start the backup again';

/** @param indexOf {@link WalTable.index} of a place in the list of bases */
export const walLine = (
  { log, end, tables, newTo }: PlannedLog,
  wal: number,
  indexOf: (place: number) => number,
): PlannedWal => ({
  wal,
  name: log.file.name,
  path: log.path,
  server: log.file.server.name,
  group: log.file.group,
  createdMs: log.file.createdMs,
  sizeBytes: log.sizeBytes,
  etag: log.etag,
  end,
  tables: tables.map(indexOf),
  newTo: newTo.map(indexOf),
});

/** The stream of a log: what a server and group of it wrote. */
export const streamOf = ({ server, group }: Pick<PlannedWal, 'server' | 'group'>): string => `${server}/${group}`;

/** @throws UnknownAnswer if it is missing or damaged */
export async function readWalPlan(objects: Pick<ObjectStore, 'get'>, bucket: string, work: string): Promise<WalPlan> {
  const plan = await findWalPlan(objects, bucket, work);
  if (plan !== undefined) return plan;
  throw new UnknownAnswer(`s3://${bucket}/${walPlanKey(work)} is missing: there is no whole plan`, next);
}

export async function findWalPlan(
  objects: Pick<ObjectStore, 'get'>,
  bucket: string,
  work: string,
): Promise<WalPlan | undefined> {
  const key = walPlanKey(work);
  const object = await objects.get(bucket, key, MAX_BYTES);
  return object && readWorkJson(walPlan, object.bytes, { bucket, key, next });
}

/** Once: of two runs at the same time the first header counts. */
export async function putWalPlan(
  objects: Pick<ObjectStore, 'putOnce'>,
  bucket: string,
  work: string,
  plan: WalPlan,
): Promise<'CREATED' | 'EXISTS'> {
  const bytes = Buffer.from(canonicalJson(walPlan.parse(plan)));
  return (await objects.putOnce(bucket, walPlanKey(work), bytes)).decision;
}

/** The logs in the order of their numbers. @throws UnknownAnswer */
export async function readWals(
  objects: Pick<ObjectStore, 'getStream'>,
  bucket: string,
  work: string,
): Promise<PlannedWal[]> {
  const key = walListKey(work);
  const lines = await readChunkLines(objects, bucket, key);
  return lines.map((line) => readWorkJson(plannedWal, line, { bucket, key, next }));
}

export const compressWals = (wals: readonly PlannedWal[]): Buffer =>
  compressLines(wals.map((wal) => canonicalJson(wal)));

/** Table → the regions of its parent and their store files. @throws UnknownAnswer */
export async function readKnownFiles(
  objects: Pick<ObjectStore, 'getStream'>,
  bucket: string,
  work: string,
): Promise<Map<number, KnownRegion[]>> {
  const key = knownFilesKey(work);
  const lines = (await readChunkLines(objects, bucket, key)).map((line) =>
    readWorkJson(knownFiles, line, { bucket, key, next }),
  );
  return new Map(
    [...Map.groupBy(lines, ({ table }) => table)].map(([table, regions]) => [
      table,
      regions.map(({ region, startKey, files }) => ({ region, startKey, files })),
    ]),
  );
}

export const knownFilesLine = (table: number, { region, startKey, files }: KnownRegion): string =>
  canonicalJson({ table, region, startKey, files } as object);

/** The streams as they were listed, for the positions after the increment. */
export function streamsOf(plan: Pick<WalPlan, 'streams'>): LogStream[] {
  return plan.streams.map(({ isServing, logs }) => {
    const listed = logs.map((log) => {
      const file = parseWalPath(log.path);
      if (file.kind !== 'wal') throw new UnknownAnswer(`the plan names ${log.path}, which is no log`, next);
      return { ...log, file };
    });
    const { server, group } = listed.at(-1)!.file;
    return { server, group, logs: listed, isServing };
  });
}

/** In the order of the plan's tables. */
export const basesOf = (plan: Pick<WalPlan, 'tables'>): LogBase[] =>
  plan.tables.map(({ table, parent, position, logs }) => ({ table, parent, position, logs: logs as LogPosition[] }));
