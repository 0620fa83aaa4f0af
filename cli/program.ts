import { Command, CommanderError } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { connect } from './compose.ts';
import { report, thrownFailure } from './failure.ts';
import { Output } from './output.ts';
import type { RunVerb } from './verb.ts';
import { cancelVerb } from './verbs/cancel.ts';
import { cleanupVerb } from './verbs/cleanup.ts';
import { createVerb } from './verbs/create.ts';
import { deleteVerb } from './verbs/delete.ts';
import { describeVerb } from './verbs/describe.ts';
import { historyVerb } from './verbs/history.ts';
import { localVerb } from './verbs/local.ts';
import { progressVerb } from './verbs/progress.ts';
import { repairVerb } from './verbs/repair.ts';
import { restoreVerb } from './verbs/restore.ts';
import { scanVerb } from './verbs/scan.ts';
import { setVerb } from './verbs/set.ts';
import { verifyVerb } from './verbs/verify.ts';

/** Exit code 2 for what commander finds wrong in the arguments (unknown option, missing argument). */
const USAGE = 2;

export interface Terminal {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: { write(text: string): unknown };
  readonly signal: AbortSignal;
}

/** Runs `holdfast` with these arguments; answers the exit code. */
export async function runHoldfast(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = 0;
  const program = new Command('holdfast')
    .description('Backups of Apache HBase tables on Amazon S3 that either exist whole or do not exist at all')
    .version(manifest.version)
    .showSuggestionAfterError()
    .showHelpAfterError('(holdfast <verb> -h shows examples)')
    .addHelpText(
      'after',
      `
holdfast <verb> -h shows examples. Something failed:
  holdfast progress <root>         what runs, and whether the root is locked
  holdfast history -p <root>       which sessions failed
  holdfast describe <root> <id>    the whole reason, and what to run
Each name of an error has a page in docs/runbook.md.`,
    )
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    })
    .exitOverride();
  const run: RunVerb = async (command, action) => {
    const options = command.optsWithGlobals<Record<string, unknown>>();
    const output = new Output(terminal.stdout, { json: options.json === true });
    try {
      const world = () => connect(String(options.stack));
      code = await action({ output, world, signal: terminal.signal }, options);
    } catch (error) {
      code = report(output, thrownFailure(error));
    } finally {
      output.close();
    }
  };
  for (const verb of [
    createVerb,
    restoreVerb,
    verifyVerb,
    scanVerb,
    repairVerb,
    cancelVerb,
    deleteVerb,
    cleanupVerb,
    setVerb,
    historyVerb,
    describeVerb,
    progressVerb,
    localVerb,
  ]) {
    verb(program, run);
  }
  for (const command of program.commands) {
    command
      .option('--json', 'JSON lines, each with its message_type (docs/design.md)')
      .option('--stack <name>', 'name of the deployed stack', process.env.HOLDFAST_STACK ?? 'Holdfast')
      .exitOverride()
      .showSuggestionAfterError()
      .showHelpAfterError('(-h shows examples)');
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode === 0 ? 0 : USAGE;
  }
  return code;
}
