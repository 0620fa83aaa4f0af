import type { Command } from 'commander';
import { executionFailure, report } from '../failure.ts';
import { followExecution } from '../follow.ts';
import { consoleUrl, startExecution } from '../start-execution.ts';
import { typedPlace } from '../typed-place.ts';
import { DETACHED, type RunVerb } from '../verb.ts';

export function cleanupVerb(program: Command, run: RunVerb): void {
  program
    .command('cleanup')
    .description('works off the clean-up list of a root now (a schedule does it anyway)')
    .argument('<root>', 'backup root')
    .addHelpText(
      'after',
      `
Examples:
  holdfast cleanup s3://acme-backups/prod
  holdfast cleanup s3://acme-backups/prod --json`,
    )
    .action(async (typed: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }) => {
        const root = typedPlace(typed, 'root');
        const here = await world();
        const arn = await startExecution(here, here.stack.CleanUpStateMachine, { root }, 'cleanup');
        const ended = await followExecution(here, output, arn, root, signal);
        if (ended === 'detached') {
          output.note('Detached', `the clean-up goes on: ${consoleUrl(arn)}`);
          return DETACHED;
        }
        if (ended.status !== 'SUCCEEDED')
          return report(output, executionFailure(ended.error ?? ended.status, ended.cause));
        const { entries } = ended.output as {
          entries: { entryId: string; outcome: string; removed: number; reason?: string }[];
        };
        output.say({
          type: 'cleaned_up',
          fields: { root, entries },
          line: ['Done', entries.length === 0 ? 'the clean-up list is empty' : `${entries.length} on the list`],
        });
        for (const e of entries)
          output.note('', `${e.entryId}  ${e.outcome}  ${e.removed} removed${e.reason ? `  (${e.reason})` : ''}`);
        return 0;
      }),
    );
}
