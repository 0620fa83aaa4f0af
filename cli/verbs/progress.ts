import type { Command } from 'commander';
import { exitCodeOf } from '../../core/errors/exit-codes.ts';
import { ImageNotFound } from '../../core/errors/image-errors.ts';
import { meantId } from '../../core/image-choice.ts';
import type { SessionRecord } from '../../core/items.ts';
import type { World } from '../compose.ts';
import { currentState } from '../follow.ts';
import { type Holder, holderOf, holderText } from '../holder.ts';
import type { Output } from '../output.ts';
import { tellExecution } from '../run-execution.ts';
import { durationText, timeText } from '../text.ts';
import { knownRoot } from '../typed-place.ts';
import type { RunVerb } from '../verb.ts';
import { repairCommand, whatIsSafe } from '../what-is-safe.ts';

export function progressVerb(program: Command, run: RunVerb): void {
  program
    .command('progress')
    .description('what runs on a root, how far it is, and whether its data is safe')
    .argument('[root]', 'backup root (default: every configured one)')
    .argument('[id]', "a session's id, a prefix of one, or latest: the one that began last")
    .option('--follow', 'stay until it ends')
    .addHelpText(
      'after',
      `
Examples:
  holdfast progress
  holdfast progress s3://acme-backups/prod latest
  holdfast progress s3://acme-backups/prod --follow`,
    )
    .action(async (typed: string | undefined, id: string | undefined, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        const here = await world();
        for (const root of typed ? [await knownRoot(here, typed)] : here.stack.Roots) {
          const session = id === undefined ? undefined : await meantSession(here, root, id);
          const holder = await holderOf(here, root);
          if (session && session.id !== holder?.flag.sessionId) {
            saySession(output, root, session);
            continue;
          }
          await sayStatus(here, output, root, holder);
          if (!options.follow || !holder) continue;
          if (!holder.isRunning) return exitCodeOf('RepairRequired');
          const code = await tellExecution<object>({ output, signal }, here, {
            ...{ executionArn: holder.flag.runId, root },
            detached: `it goes on. holdfast progress ${root} --follow`,
            succeeded(result) {
              output.say({
                type: 'ended',
                fields: { root, session: holder.flag.sessionId, output: result },
                // Of a roll-back: the run that was followed is a repair.
                line: [
                  'Done',
                  `${holder.flag.sessionId} ${holder.flag.phase === 'WORK' ? 'ended well' : 'was rolled back; nothing of it is left'}`,
                ],
              });
              return 0;
            },
          });
          if (code !== 0) return code;
        }
        return 0;
      }),
    );
}

/** @throws ImageNotFound with those that are near, InvalidInput for an ambiguous prefix */
async function meantSession(world: World, root: string, text: string): Promise<SessionRecord> {
  const sessions: SessionRecord[] = [];
  for await (const session of world.table.listSessions(root)) {
    if (text === 'latest') return session;
    sessions.push(session);
  }
  const ids = sessions.map(({ id }) => id);
  const session = text === 'latest' ? undefined : sessions[ids.indexOf(meantId(ids, text, root))];
  if (session) return session;
  throw new ImageNotFound(`${root} has no session yet`, `holdfast history -p ${root}`, { root });
}

function saySession(output: Output, root: string, session: SessionRecord): void {
  const { id, state, reason, endedAt } = session;
  const when = endedAt === undefined ? '' : ` since ${timeText(endedAt)}`;
  output.say({
    type: 'session',
    fields: { root, session },
    line: ['Status', `${id} is ${state}${when}${reason ? `: ${reason.name}: ${reason.message}` : ''}`],
  });
  if (reason?.hint) output.note('Next', reason.hint);
}

async function sayStatus(world: World, output: Output, root: string, holder: Holder | undefined): Promise<void> {
  if (!holder) {
    output.say({
      type: 'status',
      fields: { root, active: null },
      line: ['Status', `nothing runs on ${root}, and it is not locked`],
    });
    output.note('Safe', await whatIsSafe(world, root));
    return;
  }
  const { flag, owner, isRunning } = holder;
  const state = isRunning ? await currentState(world, flag.runId) : undefined;
  const age = durationText(world.now() - flag.startedAt);
  output.say({
    type: 'status',
    fields: { root, active: { ...flag, owner, state: state ?? null } },
    line: [
      'Status',
      `${flag.sessionId} (${flag.operation}) since ${timeText(flag.startedAt)}, ${age}: ${holderText(holder)}${state ? `, in ${state}` : ''}`,
    ],
  });
  if (isRunning) return;
  output.note('Safe', await whatIsSafe(world, root));
  output.note('Next', repairCommand(root));
}
