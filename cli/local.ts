import { join } from 'node:path';
import { parseS3Uri } from '../core/s3-uri.ts';
import { startLocal } from '../local/start.ts';
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

/** Buckets that a configuration's places name: made on the way. */
const bucketsOf = (uris: readonly string[]): string[] => [
  ...new Set(uris.map((uri) => parseS3Uri(uri, 'place').bucket)),
];

async function main(options: Options): Promise<void> {
  const output = new Output(process.stdout, { json: options.json === true });
  const project = join(import.meta.dirname, '..');
  const places = { roots: options.root ?? [], sources: options.source ?? [], targets: options.target ?? [] };
  const isTyped = places.roots.length + places.sources.length + places.targets.length > 0;
  const config = isTyped
    ? { stack: options.stack, ...places, autoRepair: options.autoRepair !== false, schedules: [] }
    : (options.config ?? join(project, 'holdfast.config.json'));
  try {
    const assemblyDir = await synthesize(project, config);
    const local = await startLocal({
      dir: options.dir,
      assemblyDir,
      schedules: options.schedules !== false,
      buckets: isTyped ? bucketsOf([...places.roots, ...places.sources, ...places.targets]) : [],
      ...(options.port === undefined ? {} : { port: options.port }),
      ...(options.import ? { imports: options.import } : {}),
      log: (line) => process.stderr.write(`${line}\n`),
    });
    const ready = { endpoint: local.endpoint, region: local.region, stack: options.stack, pid: process.pid };
    output.document(ready, () => {
      output.note('Ready', `${local.endpoint}  (Region ${local.region}, stack ${options.stack}, pid ${process.pid})`);
      output.note(
        'Next',
        `export AWS_ENDPOINT_URL=${local.endpoint} AWS_REGION=${local.region} AWS_ACCESS_KEY_ID=operator AWS_SECRET_ACCESS_KEY=operator`,
      );
    });
    const stop = () => void local.close().then(() => process.exit(0));
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    process.exitCode = report(output, thrownFailure(error));
  }
}

await main(JSON.parse(process.argv[2] ?? '{}') as Options);
