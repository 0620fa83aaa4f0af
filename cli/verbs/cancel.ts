import type { Command } from 'commander';
import { report } from '../failure.ts';
import { holderOf } from '../holder.ts';
import { runExecution } from '../run-execution.ts';
import { workingRoot } from '../typed-place.ts';
import type { RunVerb } from '../verb.ts';
import { repairCommand, whatIsSafe } from '../what-is-safe.ts';

export function cancelVerb(program: Command, run: RunVerb): void {
  program
    .command('cancel')
    .description('stops the session that holds a root and rolls it back; COMPLETE backups stay')
    .argument('<root>', 'backup root')
    .option('--no-repair', 'stop it only: the root stays locked until a repair rolls it back')
    .addHelpText(
      'after',
      `
Examples:
  holdfast cancel s3://acme-backups/prod
  holdfast cancel s3://acme-backups/prod --no-repair`,
    )
    .action(async (typed: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        const here = await world();
        const root = workingRoot(here, typed);
        const holder = await holderOf(here, root);
        if (!holder) {
          output.say({
            type: 'nothing_to_cancel',
            fields: { root },
            line: ['Done', `nothing runs on ${root}, and it is not locked`],
          });
          return 0;
        }
        const { isRunning, epoch } = holder;
        const { sessionId: session, runId } = holder.flag;
        if (options.repair === false) {
          if (!isRunning) {
            return report(output, {
              name: 'RepairRequired',
              message: `${session} does not run any more (its owner is ${holder.owner}); ${root} is locked until it is rolled back`,
              hint: repairCommand(root),
            });
          }
          const cause = 'an operator stopped it (holdfast cancel --no-repair); a repair rolls it back';
          await here.executions.stop(runId, 'Cancelled', cause);
          output.say({
            type: 'stopped',
            fields: { root, session },
            line: ['Stopped', `${session}; ${root} is locked until it is rolled back`],
          });
          output.note('Safe', await whatIsSafe(here, root));
          output.note('Next', repairCommand(root));
          return 0;
        }
        return runExecution<{ decision: string; lastSession?: { id: string; state: string } | null }>(
          { output, signal },
          here,
          {
            kind: 'repair',
            // The epoch: whoever holds the root by then, only the session that was seen here is stopped.
            input: { root, stopOwner: true, epoch },
            async succeeded({ decision, lastSession }) {
              const isUndone = decision === 'REPAIRED';
              const state = lastSession?.id === session ? lastSession.state : 'no longer the newest session';
              const isBeingUndone = !isUndone && state === 'RUNNING';
              // Not undone by this repair: it had committed, or auto-repair or its own Catch took it over first.
              const what = isUndone
                ? `${isRunning ? 'stopped' : 'had stopped already'} and was rolled back; nothing of it is left`
                : isBeingUndone
                  ? 'is being rolled back already'
                  : state === 'FAILED'
                    ? 'was rolled back already; nothing of it is left'
                    : `was faster: it is ${state}`;
              output.say({
                type: 'cancelled',
                fields: { root, session, decision },
                line: [isUndone ? 'Cancelled' : 'Done', `${session} ${isRunning && isUndone ? 'was ' : ''}${what}`],
              });
              output.note('Safe', await whatIsSafe(here, root));
              if (isBeingUndone) output.note('Next', `holdfast progress ${root} --follow`);
              return 0;
            },
          },
        );
      }),
    );
}
