import type { Command } from 'commander';
import { runExecution } from '../run-execution.ts';
import { workingRoot } from '../typed-place.ts';
import type { RunVerb } from '../verb.ts';

/** What a clean-up ends with. */
interface CleanedUp {
  readonly entries: readonly {
    readonly entryId: string;
    readonly outcome: 'DONE' | 'WAITING';
    readonly removed: number;
    readonly reason?: string;
  }[];
  /** Of restores that ended without tidying up, in any target of the root. */
  readonly restores: readonly {
    readonly root: string;
    readonly run: string;
    readonly outcome: 'CLEANED' | 'CLOSED';
    readonly removed: number;
    readonly left: string;
  }[];
}

export function cleanupVerb(program: Command, run: RunVerb): void {
  program
    .command('cleanup')
    .description('works off the clean-up list of a root now, and what its restores left (a schedule does it anyway)')
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
        const here = await world();
        const root = workingRoot(here, typed);
        return runExecution<CleanedUp>({ output, signal }, here, {
          kind: 'cleanup',
          input: { root },
          succeeded({ entries, restores }) {
            output.say({
              type: 'cleaned_up',
              fields: { root, entries, restores },
              line: ['Done', summary(entries, restores)],
            });
            for (const { entryId, outcome, removed, reason } of entries)
              output.note('', `session ${entryId}  ${outcome}  ${removed} removed${reason ? `  (${reason})` : ''}`);
            for (const { run, outcome, removed, left } of restores)
              output.note('', `restore ${run}  ${outcome}  ${removed} removed${left ? `  (${left})` : ''}`);
            return 0;
          },
        });
      }),
    );
}

function summary(entries: CleanedUp['entries'], restores: CleanedUp['restores']): string {
  if (entries.length + restores.length === 0) return 'the clean-up list is empty';
  const waiting =
    entries.filter(({ outcome }) => outcome === 'WAITING').length +
    restores.filter(({ outcome }) => outcome === 'CLOSED').length;
  const over = entries.length + restores.length - waiting;
  return `${over} off the clean-up list, ${waiting} left on it${waiting > 0 ? ' (the next run looks again)' : ''}`;
}
