import type { RestoredTables } from '../lambdas/contracts/restored-tables.ts';

type Table = RestoredTables['tables'][number];

const REASONS: Readonly<Record<Table['changes'][number]['why'], string>> = {
  set: '--set',
  'strip-coprocessors': '--strip-coprocessors',
  'replication-scope': 'the table has another name, so that it does not replicate; --set sets it again',
  'store-file-tracker': "--store-file-tracker, or the target's",
};

/** What the target's HBase shows, on one line. */
export function targetLine({ shows: { clusterId, layoutVersion, tracker, line } }: RestoredTables): string {
  if (clusterId === null && layoutVersion === null && tracker === null && line === 'unknown') {
    return 'shows no HBase yet: neither hbase.id nor hbase.version nor hbase:meta';
  }
  const hbase = line === 'unknown' ? 'an HBase whose version does not show' : `HBase ${line}`;
  return `${hbase}; cluster ${clusterId ?? '?'}, layout ${layoutVersion ?? '?'}, store-file tracker ${tracker ?? 'not named'}`;
}

/** What of a table's descriptor the target must know, what the restore changes in it, and what to know before the clone. */
export function descriptorLines({ descriptor, changes, notes }: Table): string[] {
  const { coprocessors, compressions, encodings, encrypted, mob, tracker, line } = descriptor;
  const has: readonly (readonly [string, readonly string[]])[] = [
    ['coprocessors', coprocessors],
    ['compression', compressions],
    ['encoding', encodings],
    ['encrypted', encrypted],
    ['MOB', mob],
    ['tracker', tracker === null ? [] : [tracker]],
    ['HBase', line === 'unknown' ? [] : [line]],
  ];
  const listed = has.flatMap(([what, names]) => (names.length > 0 ? [`${what} ${names.join(', ')}`] : []));
  return [
    ...(listed.length > 0 ? [`has  ${listed.join('; ')}`] : []),
    ...changes.map(
      ({ family, name, from, to, why }) =>
        `set  ${family === null ? '' : `${family}.`}${name} ${from ?? '(none)'} → ${to ?? '(none)'}  (${REASONS[why]})`,
    ),
    ...notes.map((note) => `note ${note}`),
  ];
}
