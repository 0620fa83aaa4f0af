import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** Everything that decides what is synthesized. */
const INPUTS = [
  '{core,lambdas,infra,statemachines}/**/*.{ts,json}',
  '{build.ts,cdk.json,package-lock.json,holdfast.config.json}',
];

function digestOf(config: object | undefined): string {
  const hash = createHash('sha256').update(JSON.stringify(config ?? null));
  for (const file of globSync(INPUTS, { cwd: REPOSITORY }).sort()) {
    hash.update(`${file}\0`).update(readFileSync(join(REPOSITORY, file)));
  }
  return hash.digest('hex').slice(0, 20);
}

const known = new Map<string, Promise<string>>();

/**
 * The directory of the cloud assembly (`cdk.out`) of the sources as they are, with `holdfast.config.json` or the given
 * configuration: synthesized by `infra/app.ts` in a process of its own, as `cdk synth` does, and kept for all test
 * files and runs until a source changes.
 */
export function synthesizedAssembly(config?: object): Promise<string> {
  const key = digestOf(config);
  const found = known.get(key) ?? synthesize(key, config);
  known.set(key, found);
  return found;
}

async function synthesize(key: string, config: object | undefined): Promise<string> {
  const directory = join(tmpdir(), `holdfast-assembly-${key}`);
  if (existsSync(join(directory, 'manifest.json'))) return directory;
  const draft = `${directory}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const context: Record<string, string> = {};
  if (config !== undefined) {
    context.config = join(draft, 'config.json');
    writeFileSync(context.config, JSON.stringify(config));
  }
  await promisify(execFile)(process.execPath, [join(REPOSITORY, 'infra/app.ts')], {
    cwd: REPOSITORY,
    env: {
      PATH: process.env.PATH,
      CDK_OUTDIR: join(draft, 'out'),
      CDK_CONTEXT_JSON: JSON.stringify(context),
      // CDK's own checks of the templates take longer than the synthesis; `npm run synth` has them.
      CDK_VALIDATION: 'false',
    },
  });
  try {
    renameSync(join(draft, 'out'), directory);
  } catch (error) {
    // Another test process was faster: the content is the same.
    if (!existsSync(join(directory, 'manifest.json'))) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return directory;
}

const TEST_CONFIG = {
  roots: ['s3://backups/prod', 's3://backups/second'],
  sources: ['s3://hbase/root'],
  targets: ['s3://hbase/restored'],
  schedules: [
    {
      name: 'nightly',
      expression: 'cron(0 2 * * ? *)',
      input: { root: 's3://backups/prod', source: 's3://hbase/root', tables: ['shop:orders', 'sensors'] },
    },
  ],
};

/** The app as tests deploy it, with the places that test/support/holdfast-cloud.ts names. */
export const testAssembly = (): Promise<string> => synthesizedAssembly(TEST_CONFIG);
