import type { Command } from 'commander';
import type { SessionRecord } from '../../core/items.ts';
import type { World } from '../compose.ts';
import { holderOf } from '../holder.ts';
import type { Output } from '../output.ts';
import { runExecution } from '../run-execution.ts';
import { timeText } from '../text.ts';
import { workingRoot } from '../typed-place.ts';
import type { RunVerb } from '../verb.ts';
import { whatIsSafe } from '../what-is-safe.ts';

/** What the state machine `repair` ends with. */
type Repaired =
  | {
      readonly decision: 'REPAIRED';
      readonly sessionId: string;
      readonly epoch: number;
      readonly notBefore: number;
    }
  | {
      readonly decision: 'NOTHING_TO_REPAIR';
      readonly lastSession: Pick<SessionRecord, 'id' | 'state' | 'reason'> | null;
    };

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
        const here = await world();
        const root = workingRoot(here, typed);
        if (options.dryRun) {
          await sayWhatItWouldDo(here, output, root);
          return 0;
        }
        return runExecution<Repaired>({ output, signal }, here, {
          kind: 'repair',
          input: { root, ...(options.stopOwner ? { stopOwner: true } : {}) },
          async succeeded(result) {
            sayRepaired(output, root, result);
            output.note('Safe', await whatIsSafe(here, root));
            return 0;
          },
        });
      }),
    );
}

async function sayWhatItWouldDo(world: World, output: Output, root: string): Promise<void> {
  const holder = await holderOf(world, root);
  if (!holder) {
    output.say({
      type: 'nothing_to_repair',
      fields: { root, lastSession: null },
      line: ['Plan', `nothing to repair: ${root} is not locked`],
    });
    return;
  }
  const { flag, owner, epoch } = holder;
  const remove: string[] = [];
  for await (const intent of world.table.listIntents(root, flag.sessionId)) remove.push(intent.what);
  output.say({
    type: 'repair_plan',
    fields: {
      ...{ root, session: flag.sessionId, operation: flag.operation, phase: flag.phase, owner },
      ...{ epoch, remove, items: flag.snapshot.items },
    },
    line: [
      'Plan',
      `take over ${flag.sessionId} (${flag.operation}, started ${timeText(flag.startedAt)}; its owner is ${owner}), epoch ${epoch} → ${epoch + 1}\n` +
        `remove ${remove.join(' and ')}\nrestore ${flag.snapshot.items} items of the system table from ${flag.activeSnapshot}`,
    ],
  });
  output.note('Next', `holdfast repair ${root}${holder.isRunning ? ' --stop-owner' : ''}`);
}

function sayRepaired(output: Output, root: string, result: Repaired): void {
  if (result.decision === 'REPAIRED') {
    const { sessionId: session, epoch, notBefore } = result;
    output.say({
      type: 'repaired',
      fields: { root, session, epoch, notBefore },
      line: [
        'Took over',
        `${session} (epoch ${epoch - 1} → ${epoch}); destination, temporary data and system table are as before it`,
      ],
    });
    output.note(
      'Done',
      `flag removed; ${session} is FAILED in the history; clean-up checks its prefix once more after ${timeText(notBefore)}`,
    );
    return;
  }
  const last = result.lastSession;
  const why = last?.reason ? ` (${last.reason.message})` : '';
  output.say({
    type: 'nothing_to_repair',
    fields: { root, lastSession: last },
    line: [
      'Done',
      `nothing to repair: ${root} is not locked${last ? `; the last session ${last.id} is ${last.state}${why}` : ''}`,
    ],
  });
}
