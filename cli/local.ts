import { join, resolve } from 'node:path';
import { parseS3Uri } from '../core/s3-uri.ts';
import { stackContract } from '../lambdas/contracts/stack-contract.ts';
import { DirectoryInUse } from '../local/directory-lock.ts';
import { ensureBucket } from '../local/import/import-into-bucket.ts';
import { type LocalCloud, startLocal } from '../local/start.ts';
import { report, thrownFailure } from './failure.ts';
import { Output } from './output.ts';
import { synthesize } from './synthesize.ts';

/** Options of `holdfast local`, as verbs/local.ts hands them over. */
interface Options {
  readonly dir: string;
  readonly port?: number;
  readonly import?: Record<string, string>;
  readonly root?: string[];
  readonly source?: string[];
  readonly target?: string[];
  readonly config?: string;
  readonly schedules?: boolean;
  readonly autoRepair?: boolean;
  readonly json?: boolean;
  readonly stack: string;
}

/** The application's stack, by what it says of itself: its name may be that of a configuration. */
function deployedStack(local: LocalCloud) {
  for (const [name, outputs] of Object.entries(local.outputs)) {
    const said = stackContract.safeParse(outputs);
    if (said.success) return { name, places: [...said.data.Roots, ...said.data.Sources, ...said.data.Targets] };
  }
  throw new Error('the assembly has no stack that states the contract');
}

async function main(options: Options): Promise<void> {
  const output = new Output(process.stdout, { json: options.json === true });
  const project = join(import.meta.dirname, '..');
  const places = { roots: options.root ?? [], sources: options.source ?? [], targets: options.target ?? [] };
  const isTyped = places.roots.length + places.sources.length + places.targets.length > 0;
  const config = isTyped
    ? { stack: options.stack, ...places, autoRepair: options.autoRepair !== false, schedules: [] }
    : resolve(options.config ?? join(project, 'holdfast.config.json'));
  try {
    const assemblyDir = await synthesize(project, config);
    const local = await startLocal({
      dir: options.dir,
      assemblyDir,
      schedules: options.schedules !== false,
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.import ? { imports: options.import } : {}),
      log: (line) => process.stderr.write(`${line}\n`),
    });
    const stack = deployedStack(local);
    for (const place of stack.places) await ensureBucket(local.cloud, parseS3Uri(place, 'place').bucket);
    const ready = { endpoint: local.endpoint, region: local.region, stack: stack.name, pid: process.pid };
    output.document('ready', ready, () => {
      output.note('Ready', `${local.endpoint}  (Region ${local.region}, stack ${stack.name}, pid ${process.pid})`);
      output.note(
        'Next',
        `export AWS_ENDPOINT_URL=${local.endpoint} AWS_REGION=${local.region} AWS_ACCESS_KEY_ID=operator AWS_SECRET_ACCESS_KEY=operator`,
      );
    });
    const stop = () => void local.close().then(() => process.exit(0));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    const failure = thrownFailure(error);
    const hint = 'use the one that runs there, or stop that process, or give another --dir';
    process.exitCode = report(output, error instanceof DirectoryInUse ? { ...failure, hint } : failure);
  }
}

await main(JSON.parse(process.argv[2] ?? '{}') as Options);
