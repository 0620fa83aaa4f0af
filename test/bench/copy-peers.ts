import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startStub } from './copy-stub.ts';

const run = promisify(execFile);
const COUNT = 5_000;
const WORKERS = 64;
const LATENCY_MS = 100;

/** The tools that copy bucket to bucket, by the environment variable that names the command; a missing one is said, not skipped silently. */
const PEERS: Readonly<
  Record<string, (command: string, endpoint: string, folder: string) => { args: string[]; env: Record<string, string> }>
> = {
  HOLDFAST_RCLONE: (_command, endpoint) => ({
    args: [
      'copy',
      'stub:hbase/root/f',
      'stub:backups/root/f',
      `--transfers=${WORKERS}`,
      `--checkers=${WORKERS}`,
      '--config=/dev/null',
    ],
    env: {
      RCLONE_CONFIG_STUB_TYPE: 's3',
      RCLONE_CONFIG_STUB_PROVIDER: 'Other',
      RCLONE_CONFIG_STUB_ENDPOINT: endpoint,
      RCLONE_CONFIG_STUB_ENV_AUTH: 'true',
      RCLONE_S3_NO_CHECK_BUCKET: 'true',
      RCLONE_S3_LIST_VERSION: '2',
    },
  }),
  HOLDFAST_AWS_CLI: (_command, endpoint, folder) => {
    writeFileSync(
      join(folder, 'config'),
      `[default]\ns3 =\n  max_concurrent_requests = ${WORKERS}\n  max_queue_size = 10000\n`,
    );
    return {
      args: ['s3', 'cp', '--recursive', '--quiet', 's3://hbase/root/f', 's3://backups/root/f'],
      env: { AWS_ENDPOINT_URL: endpoint, AWS_CONFIG_FILE: join(folder, 'config') },
    };
  },
  HOLDFAST_MC: (_command, endpoint, folder) => ({
    args: ['--config-dir', folder, 'cp', '--recursive', '--quiet', 'stub/hbase/root/f/', 'stub/backups/root/f/'],
    env: { MC_HOST_stub: endpoint.replace('http://', 'http://operator:operator1@') },
  }),
};

/** The same copies as `copy-stub`, by other tools, against the same stub: seconds, CPU seconds, requests. */
export async function copyPeers(): Promise<object> {
  const rows = [];
  for (const [variable, make] of Object.entries(PEERS)) {
    const command = process.env[variable];
    if (!command) {
      rows.push({ tool: variable, missing: `set ${variable} to the command` });
      continue;
    }
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
    const { child, endpoint } = await startStub(LATENCY_MS, COUNT);
    try {
      const { args, env } = make(command, endpoint, folder);
      const script = 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1';
      const credentials = {
        AWS_ACCESS_KEY_ID: 'operator',
        AWS_SECRET_ACCESS_KEY: 'operator1',
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
      };
      const { stderr } = await run('bash', ['-c', script, 'bash', command, ...args], {
        env: { PATH: process.env.PATH, HOME: folder, ...credentials, ...env },
      });
      const [real = 0, user = 0, system = 0] = stderr.trim().split(' ').map(Number);
      const requests = (await (await fetch(`${endpoint}/_counts`)).json()) as Record<string, number>;
      rows.push({
        ...{ tool: variable, copies: COUNT, seconds: real, cpuSeconds: user + system },
        efficiency: COUNT / (WORKERS / (LATENCY_MS / 1_000)) / real,
        copiesPerCpuSecond: Math.round((requests.CopyObject ?? 0) / (user + system)),
        requests,
      });
    } finally {
      child.kill();
      rmSync(folder, { recursive: true });
    }
  }
  return { name: 'copy-peers', workers: WORKERS, latencyMs: LATENCY_MS, rows };
}
