import { readFileSync } from 'node:fs';
import { sha256 } from '../../core/digest.ts';
import { resolveStoreFiles } from '../../core/hbase/resolve-store-files.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { snapshotLine } from '../../core/system-snapshot.ts';
import { s3ClusterFiles } from '../../lambdas/adapters/hbase/cluster-files.ts';
import { planBackup } from '../../lambdas/operations/plan-backup.ts';
import type { ObjectStore } from '../../lambdas/ports/object-store.ts';
import type { SystemTable } from '../../lambdas/ports/system-table.ts';
import type { TableSnapshots } from '../../lambdas/ports/table-snapshots.ts';
import { LargeTable } from './large-table.ts';

// plan-once.ts FILES MANIFEST: one PlanBackup in a process of its own, against a store in memory; prints its figures as JSON.
const files = Number(process.argv[2]);
const large = new LargeTable(files);
const manifest = readFileSync(String(process.argv[3]));

let began = performance.now();
const parsingCpu = process.cpuUsage();
let resolved = 0;
for (const _ of resolveStoreFiles(new SnapshotManifest(manifest), large.table)) resolved++;
const parsingMs = performance.now() - began;
const parsingCpuSeconds = seconds(process.cpuUsage(parsingCpu));

const stored = new Map<string, Uint8Array>();
let writtenBytes = 0;
let puts = 0;
const line = snapshotLine({ pk: 'root#s3://backups/prod', sk: 'control' });
stored.set('system', Buffer.from(line));
const write = async (_bucket: string, key: string, bytes: Uint8Array) => {
  puts++;
  writtenBytes += bytes.length;
  // Only what the step itself reads again is kept: the rest would be in S3.
  if (key.includes('/plan/table-')) stored.set(key, bytes);
};
const objects = {
  listPages: (_bucket: string, prefix: string) => (prefix.startsWith('root/data/') ? large.pages(prefix) : none()),
  get: async () => undefined,
  attributes: async () => undefined,
  getStream: async (_bucket: string, key: string) => pieces(stored.get(key)!),
  put: write,
  putOnce: async (bucket: string, key: string, bytes: Uint8Array) => {
    await write(bucket, key, bytes);
    return { decision: 'CREATED' };
  },
} as unknown as ObjectStore;
async function* none() {}
async function* pieces(bytes: Uint8Array) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
const session = 'backup_1700000000000';
const table = {
  readControl: async () => ({
    epoch: 1,
    version: 1,
    flag: { sessionId: session, activeSnapshot: 'system' },
  }),
  writeImage: async () => ({ decision: 'APPLIED' }),
} as unknown as SystemTable;
const snapshots: TableSnapshots = {
  clusterId: async () => 'cluster',
  choose: async () => [
    { table: 'bench:wide', snapshot: 'snapshot', creationMs: 1, wholeMs: 1, type: 'FLUSH', info: Buffer.alloc(10) },
  ],
  dataManifest: async () => manifest,
};
const clock = { now: () => 1_700_000_000_000, sleep: async () => {} };
const clusters = s3ClusterFiles({
  list: async function* () {},
  get: async () => undefined,
  getRange: async () => Buffer.alloc(0),
});
const config = { SYSTEM_BUCKET: 'system', WORK_BUCKET: 'work' };

const cpu = process.cpuUsage();
const baseRss = process.memoryUsage().rss;
began = performance.now();
const planned = await planBackup(
  { objects, snapshots, table, clock, clusters, logs: { list: async () => [] } },
  config,
)(
  {
    ...{ contract: 1, root: 's3://backups/prod', sessionId: session, epoch: 1, startedAt: 1 },
    execution: { arn: 'arn', name: 'name', startTime: '' },
    request: {
      ...{ root: 's3://backups/prod', source: 's3://hbase/root', tables: null, snapshots: {}, standalone: false },
      ...{ dryRun: false, copyConcurrency: 8, chunkObjects: 1_000 },
    },
    snapshot: { key: 'system', items: 1, sha256: sha256(line) },
  },
  { stopAt: Number.MAX_SAFE_INTEGER },
);
const wallMs = performance.now() - began;
const cpuSeconds = seconds(process.cpuUsage(cpu));
const planningCpuSeconds = cpuSeconds - parsingCpuSeconds - large.listingCpuSeconds;
if (planned.newFiles !== files || resolved !== files) throw new Error(`planned ${planned.newFiles} of ${files}`);
const planningMs = wallMs - large.listingMs - parsingMs;
console.log(
  JSON.stringify({
    files,
    copyChunks: planned.copyChunks,
    wallMs: Math.round(wallMs),
    parsingMs: Math.round(parsingMs),
    listingMs: Math.round(large.listingMs),
    planningMs: Math.round(planningMs),
    filesPerSecond: Math.round(files / (planningMs / 1000)),
    filesPerSecondWithParsingAndListing: Math.round(files / (wallMs / 1000)),
    cpuSeconds,
    planningCpuSeconds,
    filesPerCpuSecond: Math.round(files / planningCpuSeconds),
    puts,
    writtenBytes,
    manifestBytes: manifest.length,
    rssBeforeMB: Math.round(baseRss / 1024 ** 2),
    peakRssMB: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);

function seconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}
