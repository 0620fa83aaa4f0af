import type { Command } from 'commander';
import { exitCodeOf } from '../../core/errors/exit-codes.ts';
import { executionFailure, report } from '../failure.ts';
import { currentState, followExecution } from '../follow.ts';
import { durationText, timeText } from '../text.ts';
import { typedPlace } from '../typed-place.ts';
import { DETACHED, type RunVerb } from '../verb.ts';
import { whatIsSafe } from './create.ts';

export function progressVerb(program: Command, run: RunVerb): void {
  program
    .command('progress')
    .description('what runs on a root, how far it is, and whether its data is safe')
    .argument('[root]', 'backup root (default: every configured one)')
    .argument('[id]', 'backup id')
    .option('--follow', 'stay until it ends')
    .addHelpText(
      'after',
      `
Examples:
  holdfast progress
  holdfast progress s3://acme-backups/prod --follow`,
    )
    .action(async (typed: string | undefined, id: string | undefined, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        const here = await world();
        const roots = typed ? [typedPlace(typed, 'root')] : here.stack.Roots;
        for (const root of roots) {
          const { flag } = await here.table.readControl(root);
          if (id !== undefined && flag?.sessionId !== id) {
            const session = await here.table.getSession(root, id);
            if (!session) {
              return report(output, {
                name: 'ImageNotFound',
                message: `${root} has no session ${id}`,
                hint: `holdfast history -p ${root}`,
              });
            }
            output.say({
              type: 'status',
              fields: session,
              line: ['Status', `${id} is ${session.state}${session.reason ? `: ${session.reason.message}` : ''}`],
            });
            continue;
          }
          if (!flag) {
            output.say({ type: 'status', fields: { root, active: null }, line: ['Status', `nothing runs on ${root}`] });
            output.note('Safe', (await whatIsSafe(here, root)).safe);
            continue;
          }
          const owner = await here.executions.status(flag.runId);
          const isRunning = owner?.status === 'RUNNING';
          const state = isRunning ? await currentState(here, flag.runId) : undefined;
          output.say({
            type: 'status',
            fields: { root, active: { ...flag, owner: owner?.status ?? 'UNKNOWN', state: state ?? null } },
            line: [
              'Status',
              `${flag.sessionId} (${flag.operation}, ${flag.phase === 'WORK' ? 'working' : 'rolling back'}) since ${timeText(flag.startedAt)}, ${durationText(here.now() - flag.startedAt)}: ${isRunning ? `in ${state}` : `its owner is ${owner?.status ?? 'unknown'}`}`,
            ],
          });
          if (!isRunning) {
            const { safe, next } = await whatIsSafe(here, root);
            output.note('Safe', safe);
            output.note('Next', next);
            if (options.follow) return exitCodeOf('RepairRequired');
          } else if (options.follow) {
            const ended = await followExecution(here, output, flag.runId, root, signal);
            if (ended === 'detached') {
              output.note('Detached', `it goes on. holdfast progress ${root} --follow`);
              return DETACHED;
            }
            if (ended.status !== 'SUCCEEDED')
              return report(output, executionFailure(ended.error ?? ended.status, ended.cause));
            output.say({
              type: 'ended',
              fields: { root, session: flag.sessionId, output: ended.output },
              line: ['Done', `${flag.sessionId} ended well`],
            });
          }
        }
        return 0;
      }),
    );
}
