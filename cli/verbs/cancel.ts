import type { Command } from 'commander';
import { executionFailure, report } from '../failure.ts';
import { followExecution } from '../follow.ts';
import { startExecution } from '../start-execution.ts';
import { typedPlace } from '../typed-place.ts';
import { DETACHED, type RunVerb } from '../verb.ts';

export function cancelVerb(program: Command, run: RunVerb): void {
  program
    .command('cancel')
    .description('stops the running session of a root, then repairs')
    .argument('<root>', 'backup root')
    .option('--no-repair', 'stop only; the flag stays set until repair')
    .addHelpText(
      'after',
      `
Examples:
  holdfast cancel s3://acme-backups/prod
  holdfast cancel s3://acme-backups/prod --no-repair`,
    )
    .action(async (typed: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        const root = typedPlace(typed, 'root');
        const here = await world();
        const { flag } = await here.table.readControl(root);
        if (!flag) {
          output.say({ type: 'nothing_to_cancel', fields: { root }, line: ['Done', `nothing runs on ${root}`] });
          return 0;
        }
        if (options.repair === false) {
          await here.executions.stop(flag.runId, 'Cancelled', 'holdfast cancel');
          output.say({
            type: 'stopped',
            fields: { root, session: flag.sessionId },
            line: ['Stopped', `${flag.sessionId}; its flag stays set`],
          });
          output.note('Next', `holdfast repair ${root}`);
          return 0;
        }
        const arn = await startExecution(here, here.stack.RepairStateMachine, { root, stopOwner: true }, 'repair');
        const ended = await followExecution(here, output, arn, root, signal);
        if (ended === 'detached') {
          output.note('Detached', `the repair goes on. holdfast progress ${root} --follow`);
          return DETACHED;
        }
        if (ended.status !== 'SUCCEEDED')
          return report(output, executionFailure(ended.error ?? ended.status, ended.cause));
        const outcome = ended.output as { decision: string };
        output.say({
          type: 'cancelled',
          fields: { root, session: flag.sessionId, ...outcome },
          line: [
            'Cancelled',
            outcome.decision === 'REPAIRED'
              ? `${flag.sessionId}: stopped and rolled back; nothing of it is left`
              : `${flag.sessionId} had ended already`,
          ],
        });
        return 0;
      }),
    );
}
