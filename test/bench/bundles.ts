import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { buildLambdas } from '../../build.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const ROUNDS = 11;

/**
 * The clients that a step needs, five commands at most, bundled by esbuild with its defaults for Node (so from their
 * CommonJS builds, which cannot be tree-shaken): what a bundle is measured against.
 */
const BARE: Readonly<Record<string, string>> = {
  s3: "export { S3Client, GetObjectCommand, PutObjectCommand, CopyObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';",
  dynamodb:
    "export { DynamoDBClient, GetItemCommand, QueryCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';",
  states:
    "export { SFNClient, DescribeExecutionCommand, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';",
};

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** Milliseconds to load a CommonJS file, in a process of its own, the compile cache off: median of eleven. */
function importMs(file: string): number {
  const script = 'const t=performance.now();require(process.argv[1]);console.log(performance.now()-t)';
  const env = { PATH: process.env.PATH, NODE_DISABLE_COMPILE_CACHE: '1', AWS_REGION: 'us-east-1' };
  return median(
    Array.from({ length: ROUNDS }, () =>
      Number(execFileSync(process.execPath, ['-e', script, file], { env, encoding: 'utf8' }).trim().split('\n').at(-1)),
    ),
  );
}

/** What a function's bundle weighs and takes to load, next to the bare clients it needs, measured in the same run. */
export async function bundles(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const bare = new Map<string, { bytes: number; ms: number }>();
    const bareOf = (clients: readonly string[]) => {
      const key = clients.join('+');
      const known = bare.get(key);
      if (known) return known;
      const file = join(folder, `${key}.cjs`);
      const contents = clients.map((client) => BARE[client]).join('\n');
      buildSync({
        stdin: { contents, resolveDir: PROJECT },
        ...{ bundle: true, minify: true, platform: 'node', target: 'node24', format: 'cjs', outfile: file },
      });
      const measured = { bytes: readFileSync(file).length, ms: importMs(file) };
      bare.set(key, measured);
      return measured;
    };
    const { lambdas } = await buildLambdas();
    const rows = [...lambdas].map(([step, directory]) => {
      const bundle = readFileSync(join(directory, 'index.js'));
      const clients = clientsOf(step);
      const reference = bareOf(clients);
      const copy = join(folder, `${step}.cjs`);
      writeFileSync(copy, bundle);
      return {
        step,
        clients: clients.join('+'),
        bytes: bundle.length,
        sizeRatio: bundle.length / reference.bytes,
        reference,
      };
    });
    const largest = rows.toSorted((a, b) => b.bytes - a.bytes)[0]!;
    const worst = rows.toSorted((a, b) => b.sizeRatio - a.sizeRatio)[0]!;
    const imported = [largest, worst].map(({ step, reference }) => {
      const ms = importMs(join(folder, `${step}.cjs`));
      return { step, ms, bareMs: reference.ms, importRatio: ms / reference.ms };
    });
    return { name: 'bundles', functions: rows.length, largest, worst, imported };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every handler's clients are made in handlers/compose.ts: which of them a step needs shows in its adapters. */
function clientsOf(step: string): string[] {
  const source = readFileSync(join(PROJECT, 'lambdas', 'handlers', `${step}.handler.ts`), 'utf8');
  const clients = [];
  if (/adapters\/(s3|hbase)\//.test(source)) clients.push('s3');
  if (/adapters\/dynamodb\//.test(source)) clients.push('dynamodb');
  if (/adapters\/stepfunctions\//.test(source)) clients.push('states');
  return clients.length > 0 ? clients : ['s3'];
}
