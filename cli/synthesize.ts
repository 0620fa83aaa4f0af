import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InvalidInput } from '../core/errors/input-errors.ts';

const run = promisify(execFile);

/** What differs from the checked-in configuration. */
export interface LocalConfig {
  readonly stack?: string;
  readonly roots: readonly string[];
  readonly sources: readonly string[];
  readonly targets?: readonly string[];
  readonly autoRepair?: boolean;
  readonly schedules?: readonly object[];
}

/**
 * Synthesizes the CDK app as `cdk synth` does (same app, same flags of cdk.json) and answers the directory of the cloud
 * assembly. `config` is a file, or the values of one.
 * @throws InvalidInput with what the app said
 */
export async function synthesize(project: string, config: string | LocalConfig): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-assembly-'));
  let file = config;
  if (typeof file !== 'string') {
    file = join(dir, 'holdfast.config.json');
    writeFileSync(file, JSON.stringify(config));
  }
  const flags = (JSON.parse(readFileSync(join(project, 'cdk.json'), 'utf8')) as { context: object }).context;
  const outdir = join(dir, 'cdk.out');
  try {
    await run(process.execPath, [join(project, 'infra', 'app.ts')], {
      cwd: project,
      env: { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify({ ...flags, config: file }) },
      maxBuffer: 64 << 20,
    });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    const sentence = /InvalidInput: (.*)/.exec(stderr)?.[1] ?? stderr.trim().split('\n').slice(-5).join('\n');
    throw new InvalidInput(
      `the app could not be synthesized: ${sentence}`,
      'correct the configuration and run it again',
    );
  }
  return outdir;
}
