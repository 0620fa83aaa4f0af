import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { PlatformRefused } from '../../core/errors/platform-errors.ts';
import type { RunVerb } from '../verb.ts';

const pair = (value: string, before: Record<string, string> = {}): Record<string, string> => {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('give BUCKET=PATH');
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
};
const several = (value: string, before: readonly string[] = []): string[] => [...before, value];
const port = (value: string): number => {
  if (!/^\d+$/.test(value) || Number(value) > 65_535) throw new InvalidArgumentError('give a port number');
  return Number(value);
};

export function localVerb(program: Command, run: RunVerb): void {
  program
    .command('local')
    .description(
      'the embedded AWS with the synthesized app deployed in it, on 127.0.0.1, until stopped; needs no account',
    )
    .option('--dir <dir>', 'where its state is kept', '.holdfast')
    .option('--port <n>', 'port (default: any free one)', port)
    .option('--import <BUCKET=PATH>', "make a bucket of a directory's (or .tar.zst's) files", pair)
    .option('--root <uri>', 'backup root to configure; may be repeated', several)
    .option('--source <uri>', 'HBase root that backups read; may be repeated', several)
    .option('--target <uri>', 'HBase root that restores write; may be repeated', several)
    .addOption(
      new Option(
        '-c, --config <file>',
        'configuration with the roots, sources and targets (default: that of the checkout)',
      )
        // What they would say stands in the file.
        .conflicts(['root', 'source', 'target', 'autoRepair']),
    )
    .option('--no-schedules', 'schedules do not fire by themselves (sweep, clean-up)')
    .option('--no-auto-repair', 'a lost session waits for a person')
    .addHelpText(
      'after',
      `
Examples:
  holdfast local --import acme-hbase=./hbase --source s3://acme-hbase/root --root s3://acme-backups/prod
  AWS_ENDPOINT_URL=http://127.0.0.1:<port> holdfast history -p s3://acme-backups/prod`,
    )
    .action(async (_options: unknown, command: Command) =>
      run(command, async (_context, options) => {
        const script = join(projectDirectory(), 'cli', 'local.ts');
        // Its own process, run from the sources: functions' bundles and their bootstrap are files beside them.
        const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: 'inherit' });
        for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
        return new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
      }),
    );
}

/** The project's checkout: the directory above this file that has the app's `cdk.json`. */
function projectDirectory(): string {
  for (let dir = import.meta.dirname; dir !== dirname(dir); dir = dirname(dir)) {
    if (existsSync(join(dir, 'cdk.json'))) return dir;
  }
  throw new PlatformRefused(
    'holdfast local needs the project checkout (cdk.json, infra, lambdas)',
    'run it from a clone of the repository',
  );
}
