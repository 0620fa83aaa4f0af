import type { Command } from 'commander';
import { InvalidInput, SetChanged } from '../../core/errors/input-errors.ts';
import type { BackupSet } from '../../core/items.ts';
import { parseTableNames } from '../../lambdas/contracts/parse-table-names.ts';
import { requireSet } from '../backup-set.ts';
import type { World } from '../compose.ts';
import type { Output } from '../output.ts';
import { plural } from '../text.ts';
import { workingRoot } from '../typed-place.ts';
import { type RunVerb, tableList } from '../verb.ts';

const ACTIONS = ['add', 'remove', 'list', 'describe', 'delete'] as const;
type Action = (typeof ACTIONS)[number];
const isAction = (text: string): text is Action => (ACTIONS as readonly string[]).includes(text);

const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
/** HBase loses one of two changes at once; here who is slower reads again. */
const TRIES = 10;
const EXAMPLE = 'holdfast set add nightly shop:orders,sensors';

export function setVerb(program: Command, run: RunVerb): void {
  program
    .command('set')
    .description('tables under a name, for create -s')
    .argument('<action>', ACTIONS.join(', '))
    .argument('[name]', 'name of the set')
    .argument('[tables]', 'of add and remove: tables, separated by commas', (value: string) => tableList(value))
    .option('-p, --path <root>', 'backup root (default: the configured one, if there is one)')
    .addHelpText(
      'after',
      `
Examples:
  holdfast set add nightly shop:orders,sensors -p s3://acme-backups/prod
  holdfast create full s3://acme-backups/prod -s nightly --source s3://acme-hbase/root`,
    )
    .action(
      async (action: string, name: string | undefined, tables: string[] | undefined, _o: unknown, command: Command) =>
        run(command, async ({ output, world }, options) => {
          if (!isAction(action)) throw wrong('action', `"${action}" is none of: ${ACTIONS.join(', ')}`);
          const changesTables = action === 'add' || action === 'remove';
          if (action !== 'list' && !NAME.test(name ?? '')) throw wrong('name', 'give a name of letters, digits, _ . -');
          if (action === 'list' && name !== undefined) throw wrong('name', 'list takes none');
          if (changesTables !== (tables !== undefined && tables.length > 0)) {
            throw wrong('tables', changesTables ? 'give tables, separated by commas' : `${action} takes none`);
          }
          const named = parseTableNames('tables', tables ?? [], EXAMPLE);
          const here = await world();
          const root = rootOf(here, options.path);
          if (action === 'list') return list(here, output, root);
          return change(here, output, { action, root, name: name!, tables: named });
        }),
    );
}

const wrong = (field: string, why: string) => new InvalidInput(`${field}: ${why}`, `holdfast set -h`, { field });

function rootOf(world: World, path: unknown): string {
  if (path !== undefined) return workingRoot(world, String(path));
  const [only, ...others] = world.stack.Roots;
  if (only !== undefined && others.length === 0) return only;
  throw wrong('path', `name the root with -p: ${world.stack.Roots.join(', ')}`);
}

async function list(world: World, output: Output, root: string): Promise<number> {
  const sets = await Array.fromAsync(world.sets.list(root));
  output.document('sets', { root, sets }, () => {
    if (sets.length === 0) output.note('Sets', `${root} has none`);
    else
      output.table(
        ['NAME', 'TABLES'],
        sets.map(({ name, tables }) => [name, tables.join(', ')]),
      );
  });
  return 0;
}

interface Change {
  readonly action: Exclude<Action, 'list'>;
  readonly root: string;
  readonly name: string;
  readonly tables: readonly string[];
}

async function change(world: World, output: Output, wish: Change): Promise<number> {
  const { action, root, name } = wish;
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const before = action === 'add' ? await world.sets.get(root, name) : await requireSet(world, root, name);
    if (before && action === 'describe') {
      say(output, before);
      return 0;
    }
    const after = changed(wish, before, world.now());
    const version = before?.version ?? 0;
    const { decision } = after ? await world.sets.put(after, version) : await world.sets.remove(root, name, version);
    if (decision === 'CHANGED') continue;
    if (after) say(output, after);
    else output.say({ type: 'set_deleted', fields: { root, name }, line: ['Deleted', `the set ${name} of ${root}`] });
    return 0;
  }
  throw new SetChanged(
    `the set ${name} of ${root} was changed by somebody else in each of ${TRIES} tries; nothing was written`,
    'the same command again',
    { root, name },
  );
}

/** `undefined`: the set goes; also with its last table, as in HBase. */
function changed({ action, root, name, tables }: Change, before: BackupSet | undefined, now: number) {
  const kept = before?.tables ?? [];
  const unknown = tables.filter((table) => !kept.includes(table));
  if (action === 'delete') return undefined;
  if (action === 'remove' && unknown.length > 0) {
    throw wrong('tables', `${unknown.join(', ')} is not in the set ${name}, which has ${kept.join(', ')}`);
  }
  const next = action === 'add' ? [...kept, ...unknown] : kept.filter((table) => !tables.includes(table));
  if (next.length === 0) return undefined;
  return { root, name, tables: next.sort(), version: (before?.version ?? 0) + 1, changedAt: now };
}

function say(output: Output, set: BackupSet): void {
  const { name, tables } = set;
  output.say({
    type: 'set',
    fields: { ...set },
    line: ['Set', `${name}: ${plural(tables.length, 'table')}: ${tables.join(', ')}`],
  });
}
