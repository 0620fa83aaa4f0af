import type { Command } from 'commander';
import { parseDeleteRequest } from '../../lambdas/contracts/delete-request.ts';
import type { DeletionSummary } from '../../lambdas/contracts/deletion-summary.ts';
import { report } from '../failure.ts';
import type { Output } from '../output.ts';
import { runExecution } from '../run-execution.ts';
import { plural, sizeText } from '../text.ts';
import { typedPlace } from '../typed-place.ts';
import { given, type RunVerb, tableList, wholeNumber } from '../verb.ts';
import { repairCommand, whatIsSafe } from '../what-is-safe.ts';

/** Option → field of the input (docs/design.md, "Inputs"). */
const FIELDS = { list: 'images', keep: 'olderThanDays', cascade: 'cascade', force: 'force', dryRun: 'dryRun' };

/** What the state machine `delete` ends with; of nothing to delete, without the rest. */
type Deleted = DeletionSummary & { readonly isNothing?: boolean };

export function deleteVerb(program: Command, run: RunVerb): void {
  program
    .command('delete')
    .description('deletes backups: first the catalogue says so, then bytes go that no other backup lists')
    .argument('<root>', 'backup root')
    .option('-l, --list <ids>', 'backups, separated by commas; FAILED sessions too', tableList)
    .option('-k, --keep <days>', 'those that were complete so many days ago', wholeNumber)
    .option('--cascade', 'the backups that follow on them as well')
    .option('--force', 'only what was named: those that follow stay restorable')
    .option('--dry-run', 'say what would become of each, do nothing')
    .addHelpText(
      'after',
      `
Examples:
  holdfast delete s3://acme-backups/prod -l backup_1763890200000 --dry-run
  holdfast delete s3://acme-backups/prod -l backup_1763890200000 --cascade
  holdfast delete s3://acme-backups/prod -k 30 --force`,
    )
    .action(async (typed: string, _options: unknown, command: Command) =>
      run(command, async ({ output, world, signal }, options) => {
        const input = { root: typedPlace(typed, 'root'), ...given(options, FIELDS) };
        const here = await world();
        parseDeleteRequest(input, here.stack.Roots, here.now());
        const isDry = options.dryRun === true;
        return runExecution<Deleted>({ output, signal }, here, {
          ...{ kind: 'delete', input },
          async failed(failure) {
            const code = report(output, failure);
            output.note('Safe', await whatIsSafe(here, input.root));
            const { flag } = await here.table.readControl(input.root);
            if (flag && !failure.hint) output.note('Next', repairCommand(input.root));
            return code;
          },
          async succeeded(result) {
            sayDeleted(output, input.root, result, isDry);
            if (!isDry) output.note('Safe', await whatIsSafe(here, input.root));
            return 0;
          },
        });
      }),
    );
}

function sayDeleted(output: Output, root: string, result: Deleted, isDry: boolean): void {
  const { images, sessions, freedBytes, heldBytes } = result;
  const points = images.filter(({ was }) => was === 'COMPLETE').length;
  const what = [
    ...(points > 0 || sessions.length === 0 ? [plural(points, 'backup')] : []),
    ...(sessions.length > 0 ? [`${plural(sessions.length, 'FAILED session')} of the history`] : []),
  ].join(', ');
  const freed = `frees ${sizeText(freedBytes)}${heldBytes > 0 ? `; ${sizeText(heldBytes)} stay, others list them` : ''}`;
  output.say({
    type: isDry ? 'delete_plan' : 'deleted',
    fields: { ...result, root },
    line: result.isNothing
      ? ['Done', 'nothing is old enough: nothing was deleted']
      : [
          isDry ? 'Plan' : 'Deleted',
          `${what}; ${result.pointsBefore} → ${plural(result.pointsAfter, 'restore point')}; ${freed}`,
        ],
  });
  for (const { id, was, becomes, freedFiles, freedBytes: own, heldBytes: held, heldBy } of images) {
    const others = `${heldBy.ids.slice(0, 3).join(', ')}${heldBy.count > 3 ? ` and ${heldBy.count - 3} more` : ''}`;
    const stays = becomes === 'SHELL' ? `, ${sizeText(held)} stay for ${others}` : '';
    const name = was === 'SHELL' ? `${id} (deleted before)` : id;
    output.note('', `${name}  frees ${plural(freedFiles, 'file')} ${sizeText(own)}${stays}`);
  }
  const later = result.later?.count ?? 0;
  if (later > 0)
    output.note('More', `${plural(later, 'backup')} did not fit into one transaction: the same command again`);
  if (result.isNothing) return;
  output.note(
    'Next',
    isDry ? 'the same command without --dry-run' : `bytes go with the clean-up: holdfast cleanup ${root}`,
  );
}
