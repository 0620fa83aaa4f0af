import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { ImageRecord, SessionRecord } from '../../core/items.ts';
import type { World } from '../compose.ts';
import { holderOf, holderText } from '../holder.ts';
import { sizeText, timeText } from '../text.ts';
import { knownRoot } from '../typed-place.ts';
import { type RunVerb, tableList } from '../verb.ts';
import { whatIsSafe } from '../what-is-safe.ts';

const DEFAULT_COUNT = 10;

const positive = (value: string): number => {
  if (!/^[1-9]\d*$/.test(value)) throw new InvalidArgumentError('give a number of 1 or more');
  return Number(value);
};

export function historyVerb(program: Command, run: RunVerb): void {
  program
    .command('history')
    .description('sessions of a root, newest first: what is restorable, what failed and why')
    .option('-p, --path <root>', 'backup root (default: every configured one)')
    .option('-n, --count <n>', 'how many', positive, DEFAULT_COUNT)
    .option('-t, --table <table>', 'only sessions with this table', tableList)
    .addHelpText(
      'after',
      `
Examples:
  holdfast history -p s3://acme-backups/prod
  holdfast history -n 50 -t shop:orders --json`,
    )
    .action(async (_options: unknown, command: Command) =>
      run(command, async ({ output, world }, options) => {
        const here = await world();
        const roots = options.path ? [await knownRoot(here, String(options.path))] : here.stack.Roots;
        const rows: Row[] = [];
        for (const root of roots)
          rows.push(...(await sessionsOf(here, root, options.count as number, options.table as string[] | undefined)));
        // Of the whole root: backups that are safe may lie behind the rows that are shown.
        const safety = await Promise.all(
          roots.map(async (root) => {
            const safe = await whatIsSafe(here, root);
            return roots.length === 1 || safe.startsWith(root) ? safe : `${root}: ${safe}`;
          }),
        );
        output.document(
          'history',
          {
            sessions: rows.map(({ session, image, active }) => ({
              ...session,
              imageState: image?.state ?? null,
              active,
            })),
          },
          () => {
            if (rows.length === 0) {
              const asked = options.table ? ` with ${(options.table as string[]).join(' or ')}` : '';
              output.note('History', `no session${asked} yet in ${roots.join(', ')}`);
            }
            const failed = rows.find(({ session }) => session.reason)?.session;
            if (rows.length > 0) {
              output.table(
                ['ID', 'TYPE', 'TABLES', 'NEW', 'SHARED', 'RESTORABLE AT', 'STATE', 'NOTE'],
                rows.map(rowOf),
              );
            }
            for (const safe of safety) output.note('Safe', safe);
            if (failed)
              output.note(
                'Why',
                `holdfast describe ${failed.root} ${failed.id}        (the whole reason, and what to run)`,
              );
          },
        );
        return 0;
      }),
    );
}

interface Row {
  readonly session: SessionRecord;
  readonly image: ImageRecord | undefined;
  /** What the session does, if it is the one that holds the root. */
  readonly active: string | null;
}

async function sessionsOf(world: World, root: string, count: number, tables: readonly string[] | undefined) {
  const rows: Row[] = [];
  const holder = await holderOf(world, root);
  for await (const session of world.table.listSessions(root)) {
    if (session.forgottenAt !== undefined) continue;
    if (tables && !(await hasTable(world, root, session, tables))) continue;
    rows.push({
      session,
      image: await world.table.getImage(root, session.id),
      active: holder?.flag.sessionId === session.id ? holderText(holder) : null,
    });
    if (rows.length === count) break;
  }
  return rows;
}

/** A session of all tables (`--all`) names none: its image has them; one that failed before it had meant any. */
async function hasTable(world: World, root: string, session: SessionRecord, tables: readonly string[]) {
  if (session.tables.length > 0) return tables.some((t) => session.tables.includes(t));
  if (session.state !== 'COMPLETE') return true;
  for await (const { table } of world.table.listImageTables(root, session.id)) if (tables.includes(table)) return true;
  return false;
}

function rowOf({ session, image, active }: Row): string[] {
  const isComplete = image?.state === 'COMPLETE';
  return [
    session.id,
    isComplete ? image.type.toLowerCase() : session.operation.replace('-backup', ''),
    String(isComplete ? image.tables : session.tables.length || '–'),
    isComplete ? sizeText(image.newBytes) : '–',
    isComplete ? sizeText(image.bytes - image.newBytes) : '–',
    isComplete ? timeText(image.positionTo) : '–',
    isDeleted({ session, image }) ? 'DELETED' : session.state,
    session.reason ? cut(`${session.reason.name}: ${session.reason.message}`) : (active ?? noteOf({ session, image })),
  ];
}

/** The session stays COMPLETE; what it made is no restore point any more. */
const isDeleted = ({ session, image }: Pick<Row, 'session' | 'image'>): boolean =>
  session.state === 'COMPLETE' && session.operation !== 'delete' && image?.state !== 'COMPLETE';

function noteOf({ session, image }: Pick<Row, 'session' | 'image'>): string {
  if (image?.state === 'SHELL') return 'holds bytes that newer backups list';
  if (image?.state === 'DELETING') return 'its bytes go with the clean-up';
  const images =
    session.operation === 'delete' ? (session.summary?.images as { id: string; was: string }[]) : undefined;
  const ids = images?.filter(({ was }) => was === 'COMPLETE').map(({ id }) => id) ?? [];
  return ids.length > 0 ? `deleted ${cut(ids.join(', '))}` : '';
}

/** One line of a table; `describe` has the whole sentence. */
const cut = (text: string): string => (text.length <= 100 ? text : `${text.slice(0, 99)}…`);
