import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { S3Client } from '@aws-sdk/client-s3';
import { compressLines } from '../../core/compressed-lines.ts';
import type { PlannedCopy } from '../../core/plan/planned-line.ts';
import { writePlannedFile } from '../../core/plan/planned-line.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { chunkKey, workPrefix } from '../../core/stack-layout.ts';
import { LeanCopies } from '../../lambdas/adapters/s3/lean-copies.ts';
import { s3ObjectStore } from '../../lambdas/adapters/s3/object-store.ts';
import { atOnce } from '../../lambdas/operations/at-once.ts';
import { copyFile } from '../../lambdas/operations/copy-file.ts';
import { copyFiles } from '../../lambdas/operations/copy-files.ts';

const ROOT = 's3://backups/prod';
const SOURCE = 's3://hbase/root';
const SESSION = 'backup_1700000000000';
const CHUNK = 1_000;

const seconds = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;

function planned(count: number): PlannedCopy[] {
  return Array.from({ length: count }, (_, i) => ({
    action: 'copy',
    path: `shop/orders/${'0'.repeat(32)}/f/${i.toString(16).padStart(32, '0')}`,
    size: 65_536,
    area: 'data',
    etag: 'e'.repeat(32),
  }));
}

export async function startStub(latencyMs: number, objects = 0): Promise<{ child: ChildProcess; endpoint: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 's3-stub.ts'), String(latencyMs), String(objects)]);
  const port = await new Promise<string>((resolve) =>
    child.stdout.once('data', (line) => resolve(String(line).trim())),
  );
  return { child, endpoint: `http://127.0.0.1:${port}` };
}

/** 20,000 copies, `workers` at once, against a stub that answers after `latencyMs`. */
async function copyWorkload(through: 'sdk' | 'lean', workers: number, latencyMs: number, count: number) {
  const { child, endpoint } = await startStub(latencyMs);
  const agent = { maxSockets: 1_024 };
  const sdk = new S3Client({
    ...{ endpoint, region: 'us-east-1', maxAttempts: 1 },
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    requestHandler: { httpAgent: agent, httpsAgent: agent },
  });
  const clock = { now: () => Date.now(), sleep: async (ms: number) => void (await sleep(ms)) };
  const ids = { unique: () => 'unique', random: Math.random };
  const s3 = through === 'sdk' ? sdk : new LeanCopies(sdk, Date.now);
  const objects = s3ObjectStore({ s3, clock, ids });
  const asked = async () => (await (await fetch(`${endpoint}/_counts`)).json()) as Record<string, number>;
  try {
    const made = { bucket: 'work', work: '' };
    const place = { root: parseS3Uri(ROOT, 'root'), source: parseS3Uri(SOURCE, 'source'), sessionId: SESSION, made };
    const files = planned(count);
    // The first requests open the connections.
    await atOnce(workers, files.slice(0, workers), (file) => copyFile(objects, place, file));
    await asked();
    let cpu = process.cpuUsage();
    let began = performance.now();
    await atOnce(workers, files, (file) => copyFile(objects, place, file));
    const loop = { seconds: (performance.now() - began) / 1_000, cpuSeconds: seconds(process.cpuUsage(cpu)) };
    const loopRequests = await asked();

    const work = workPrefix(ROOT, SESSION);
    const Items = [];
    for (let chunk = 0; chunk * CHUNK < count; chunk++) {
      const lines = files.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
      await objects.put('work', chunkKey(work, chunk), compressLines(lines.map(writePlannedFile)));
      Items.push({ chunk, files: lines.length, bytes: 0 });
    }
    await asked();
    cpu = process.cpuUsage();
    began = performance.now();
    const BatchInput = { contract: 1, root: ROOT, sessionId: SESSION, epoch: 1, source: SOURCE, concurrency: workers };
    const run = { stopAt: Number.MAX_SAFE_INTEGER };
    await copyFiles({ objects, clock }, { WORK_BUCKET: 'work' })({ Items, BatchInput }, run);
    const child_ = { seconds: (performance.now() - began) / 1_000, cpuSeconds: seconds(process.cpuUsage(cpu)) };
    const ideal = count / (workers / (latencyMs / 1_000));
    return {
      ...{ through, workers, latencyMs, copies: count },
      hotLoop: {
        ...loop,
        efficiency: ideal / loop.seconds,
        copiesPerCpuSecond: Math.round(count / loop.cpuSeconds),
        requests: loopRequests,
      },
      copyFilesStep: {
        ...child_,
        efficiency: ideal / child_.seconds,
        copiesPerCpuSecond: Math.round(count / child_.cpuSeconds),
        requests: await asked(),
      },
    };
  } finally {
    child.kill();
  }
}

export async function copyStub(count = 20_000): Promise<object> {
  const runs = [];
  for (const [workers, latencyMs] of [
    [64, 100],
    [256, 400],
  ] as const) {
    // The SDK's own path beside it, with a quarter of the copies.
    runs.push(await copyWorkload('sdk', workers, latencyMs, count / 4));
    runs.push(await copyWorkload('lean', workers, latencyMs, count));
  }
  return { name: 'copy-stub', runs };
}

if (import.meta.main) {
  const result = await copyStub(Number(process.argv[2] ?? 20_000));
  mkdirSync('bench-results', { recursive: true });
  writeFileSync('bench-results/copy-stub.json', `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
}
