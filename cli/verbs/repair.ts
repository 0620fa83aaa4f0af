import type { Command } from 'commander';
import { executionFailure, report } from '../failure.ts';
import { followExecution } from '../follow.ts';
import { startExecution } from '../start-execution.ts';
import { timeText } from '../text.ts';
import { typedPlace } from '../typed-place.ts';
import { DETACHED, type RunVerb } from '../verb.ts';
import { whatIsSafe } from './create.ts';

export function repairVerb(program: Command, run: RunVerb): void {
  program
    .command('repair')
    .description('takes over the failed session of a root and rolls it back; run twice it changes nothing')
    .argument('<root>', 'backup root')
    .option('--stop-owner', 'stop the session first if it still runs')
    .option('--dry-run', 'say what it would do')
    .addHelpText(
      'after',
      `
Examples:
  holdfast repair s3://acme-backups/prod --dry-run
  holdfast repair s3://acme-backups/prod --stop-owner`,
    )
    .action(async (typed: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        const root = typedPlace(typed, 'root');
        const here = await world();
        const { flag, epoch } = await here.table.readControl(root);
        if (options.dryRun) {
          if (!flag) {
            output.say({
              type: 'plan',
              fields: { root, decision: 'NOTHING_TO_REPAIR' },
              line: ['Plan', `nothing to repair: ${root} has no flag`],
            });
            return 0;
          }
          const owner = await here.executions.status(flag.runId);
          const intents = [];
          for await (const intent of here.table.listIntents(root, flag.sessionId)) intents.push(intent.what);
          output.say({
            type: 'plan',
            fields: {
              root,
              decision: 'REPAIR',
              session: flag.sessionId,
              operation: flag.operation,
              owner: owner?.status ?? 'UNKNOWN',
              epoch,
              remove: intents,
              items: flag.snapshot.items,
            },
            line: [
              'Plan',
              `take over ${flag.sessionId} (${flag.operation}, started ${timeText(flag.startedAt)}; its owner is ${owner?.status ?? 'unknown'}), epoch ${epoch} → ${epoch + 1}\n` +
                `remove ${intents.join(' and ')}\nrestore ${flag.snapshot.items} items of the system table from ${flag.activeSnapshot}`,
            ],
          });
          output.note('Next', `holdfast repair ${root}${owner?.status === 'RUNNING' ? ' --stop-owner' : ''}`);
          return 0;
        }
        const arn = await startExecution(
          here,
          here.stack.RepairStateMachine,
          { root, ...(options.stopOwner ? { stopOwner: true } : {}) },
          'repair',
        );
        const ended = await followExecution(here, output, arn, root, signal);
        if (ended === 'detached') {
          output.note('Detached', `the repair goes on. holdfast progress ${root} --follow`);
          return DETACHED;
        }
        if (ended.status !== 'SUCCEEDED')
          return report(output, executionFailure(ended.error ?? ended.status, ended.cause));
        const result = ended.output as {
          decision: string;
          sessionId?: string;
          epoch?: number;
          notBefore?: number;
          lastSession?: { id: string; state: string; reason?: { message: string } } | null;
        };
        if (result.decision === 'REPAIRED') {
          output.say({
            type: 'repaired',
            fields: result,
            line: [
              'Took over',
              `${result.sessionId} (epoch ${(result.epoch ?? 1) - 1} → ${result.epoch}); destination, temporary data and system table are as before it`,
            ],
          });
          output.note(
            'Done',
            `flag removed; ${result.sessionId} is FAILED in the history; clean-up checks its prefix once more after ${timeText(result.notBefore ?? 0)}`,
          );
        } else {
          const last = result.lastSession;
          output.say({
            type: 'nothing_to_repair',
            fields: result,
            line: [
              'Done',
              `nothing to repair: ${root} has no flag${last ? `; the last session ${last.id} is ${last.state}${last.reason ? ` (${last.reason.message})` : ''}` : ''}`,
            ],
          });
        }
        output.note('Safe', (await whatIsSafe(here, root)).safe);
        return 0;
      }),
    );
}
