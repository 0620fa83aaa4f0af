import type { ClusterDescription, ClusterSection } from './cluster-description.ts';
import { formatTableName, parseTableName } from './hbase/table-name.ts';
import { printable } from './printable.ts';
import { quotaCommand } from './quota-command.ts';
import { rubyLiteral as ruby } from './ruby-literal.ts';

/** One table of a restore. */
export interface ScriptTable {
  readonly table: string;
  readonly target: string;
  readonly replaces: boolean;
  /** What makes the table of its snapshot (core/restore-names.ts). */
  readonly command: string;
}

/** What is only told, not run, at most; the rest is in `cluster.json`. */
const MOST_COMMENTS = 100;
/** The shell stops a script at the first error, so that what is there already must be none. */
const IF_NEW = 'rescue => e; raise unless e.to_s =~ /already exists|NamespaceExist|TableExists/';

export interface RestoreScriptText {
  readonly text: string;
  /** Commands that make the namespaces, unguarded. */
  readonly namespaces: string[];
  readonly grants: number;
  readonly quotas: number;
  /** Lines about what is not run. */
  readonly notRun: number;
}

/**
 * A script for `hbase shell -n`: namespaces of the tables, the tables, their permissions and quotas. It may be run
 * again. Of what is not of these tables alone nothing is run; it stands there as comments.
 */
export function restoreScript(of: {
  readonly title: string;
  readonly tables: readonly ScriptTable[];
  /** Undefined: the image is from before it was described. */
  readonly cluster: ClusterDescription | undefined;
  /** Where the description lies. */
  readonly described: string;
}): RestoreScriptText {
  const { tables, cluster } = of;
  const comments = new Comments(of.described);
  const created = namespaces(tables, cluster);
  const granted = grants(tables, cluster, comments);
  const limited = quotas(tables, cluster, comments);
  const parts = [
    [
      `# ${printable(of.title)}`,
      '# Run it with: hbase shell -n FILE. It may be run again.',
      ...(tables.some(({ replaces }) => replaces)
        ? ['# Tables that are replaced are put back to the backup again each time: what was written since is lost.']
        : []),
      ...(cluster === undefined
        ? ['# The backup does not describe its cluster: permissions and quotas are not known.']
        : []),
    ],
    [
      ...unreadable('Properties of namespaces', cluster?.namespaces),
      ...created.map((command) => `begin; ${command}; ${IF_NEW}; end`),
    ],
    tables.map(tableCommand),
    granted.lines,
    limited.lines,
    labels(cluster, comments),
  ];
  const blocks = parts.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return {
    text: `${blocks.join('\n\n')}\n`,
    namespaces: created,
    grants: granted.run,
    quotas: limited.run,
    notRun: comments.count,
  };
}

const AS_SEEN =
  'as the store files of the source showed them; what it had not flushed, revocations too, is not among them';

function namespaces(tables: readonly ScriptTable[], cluster: ClusterDescription | undefined): string[] {
  const names = new Set(tables.map(({ target }) => parseTableName(target).namespace));
  names.delete('default');
  const known = new Map(entriesOf(cluster?.namespaces).map(({ name, properties }) => [name, properties]));
  return [...names].map((name) => {
    const properties = Object.entries(known.get(name) ?? {}).map(([key, value]) => `${ruby(key)} => ${ruby(value)}`);
    const args = properties.length === 0 ? ruby(name) : `${ruby(name)}, {${properties.join(', ')}}`;
    return `create_namespace ${args}`;
  });
}

function tableCommand({ target, replaces, command }: ScriptTable): string {
  if (replaces) return command;
  return `begin; ${command}; ${IF_NEW}; puts ${ruby(`${target} is there already: not cloned again`)}; end`;
}

interface Run {
  readonly run: number;
  readonly lines: string[];
}

function grants(tables: readonly ScriptTable[], cluster: ClusterDescription | undefined, comments: Comments): Run {
  const all = entriesOf(cluster?.grants);
  const run = tables.flatMap(({ table, target }) =>
    all.flatMap(({ user, actions, scope }) => {
      if (scope.kind !== 'table' || !isSame(scope.table, table)) return [];
      const { family, qualifier } = scope;
      const columns = [family, qualifier]
        .filter((part) => part !== undefined)
        .map((part) => Buffer.from(part, 'base64'));
      return [`grant ${[user, actions, target, ...columns].map(ruby).join(', ')}`];
    }),
  );
  const wider = all.flatMap(({ user, actions, scope }) => {
    if (scope.kind === 'table') return [];
    return [
      `grant ${[user, actions, ...(scope.kind === 'namespace' ? [`@${scope.namespace}`] : [])].map(ruby).join(', ')}`,
    ];
  });
  const lines = [
    ...head('Permissions', run.length, cluster?.grants),
    ...run,
    ...comments.of('Not run: permissions on namespaces and on everything', wider),
  ];
  return { run: run.length, lines };
}

function quotas(tables: readonly ScriptTable[], cluster: ClusterDescription | undefined, comments: Comments): Run {
  const run: string[] = [];
  const told: string[] = [];
  for (const quota of entriesOf(cluster?.quotas)) {
    const of = tables.filter(({ table }) => quota.table !== undefined && isSame(quota.table, table));
    if (quota.table !== undefined && of.length === 0) continue;
    const command = quotaCommand(quota);
    if (command === undefined) told.push(JSON.stringify(quota));
    // Under another name it is another table, which nobody limited.
    else if (of.some(({ table, target }) => isSame(table, target))) run.push(command);
    else told.push(command);
  }
  const lines = [
    ...head('Quotas', run.length, cluster?.quotas),
    ...run,
    ...comments.of('Not run: quotas of users, of namespaces, and of tables under another name', told),
  ];
  return { run: run.length, lines };
}

function labels(cluster: ClusterDescription | undefined, comments: Comments): string[] {
  const told = entriesOf(cluster?.labels).flatMap(({ ordinal, name, auths }) => [
    `${ordinal} is ${ruby(name)}${auths.length === 0 ? '' : `: ${auths.map(ruby).join(', ')}`}`,
  ]);
  const title = 'Visibility labels of the source with their ordinals, and who may see them (add_labels, set_auths)';
  return [...unreadable('Visibility labels', cluster?.labels), ...comments.of(title, told)];
}

const head = (what: string, run: number, section: ClusterSection<unknown> | undefined): string[] =>
  run > 0 ? [`# ${what}, ${AS_SEEN}.`] : unreadable(what, section);

const unreadable = (what: string, section: ClusterSection<unknown> | undefined): string[] =>
  section?.state === 'UNREADABLE' ? [`# ${what} of the source are not known: ${printable(section.reason)}`] : [];

const entriesOf = <E>(section: ClusterSection<E> | undefined): readonly E[] =>
  section?.state === 'SEEN' ? section.entries : [];

function isSame(a: string, b: string): boolean {
  try {
    return formatTableName(parseTableName(a)) === formatTableName(parseTableName(b));
  } catch {
    return false;
  }
}

/** Lines that are told and not run, in one line each whatever they hold. */
class Comments {
  count = 0;
  readonly #described: string;

  constructor(described: string) {
    this.#described = described;
  }

  of(title: string, lines: readonly string[]): string[] {
    if (lines.length === 0) return [];
    this.count += lines.length;
    const shown = lines.slice(0, MOST_COMMENTS).map((line) => `#   ${printable(line)}`);
    const more = lines.length - shown.length;
    return [`# ${title}:`, ...shown, ...(more > 0 ? [`#   … and ${more} more: ${printable(this.#described)}`] : [])];
  }
}
