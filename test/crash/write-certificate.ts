import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Caught } from './certify-mutations.ts';
import { FAULTS } from './fault.ts';
import { HBASE_CASES } from './hbase-cases.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** What `certificate.json` holds. */
export interface Certificate {
  /** Crash points that were played, and that there are. */
  readonly points: number;
  readonly pointsFound: number;
  /** Pairs that were played, and those that they stand for: points that leave the same world have the same recovery. */
  readonly pairs: number;
  readonly pairsCovered: number;
  readonly interleavings: number;
  readonly executions: number;
  readonly calls: number;
  readonly states: number;
  readonly violations: readonly { readonly token: string; readonly what: readonly string[] }[];
  readonly seeds: readonly number[];
  readonly seconds: number;
  readonly workers: number;
  readonly operations: readonly {
    readonly name: string;
    readonly what: string;
    readonly calls: number;
    readonly points: number;
  }[];
  readonly mutations: { readonly planted: number; readonly caught: number; readonly table: readonly Caught[] };
  readonly races: readonly { readonly name: string; readonly what: string }[];
}

const NOT_COVERED = [
  'increments from logs: their steps are cut one by one in `test/statemachines/log-increment-faults.test.ts`',
  'delete and merge',
  'more than one table, chunk or range: children of maps that run beside each other (`test/statemachines/children-at-once.test.ts`)',
  'copies in parts: files of the simulated source have one byte',
  'three faults in one case; two faults within the operation itself',
  'interleavings are drawn by seeds; none is enumerated',
  'real processes and signals: `test/e2e/local.test.ts` kills the embedded AWS, not at every call',
  'AWS itself',
];

/** Writes `certificate.json` and `docs/certificate.md`. */
export function writeCertificate(certificate: Certificate): void {
  const text = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');
  const version = (JSON.parse(text('package.json')) as { version: string }).version;
  const whole = { version, node: process.version, ...certificate, notCovered: NOT_COVERED };
  writeFileSync(join(REPOSITORY, 'certificate.json'), `${JSON.stringify(whole, null, 2)}\n`);
  writeFileSync(join(REPOSITORY, 'docs', 'certificate.md'), certificateText(whole));
}

const number = (n: number): string => n.toLocaleString('en-US');
const row = (...cells: (string | number)[]) =>
  `| ${cells.map((cell) => (typeof cell === 'number' ? number(cell) : cell)).join(' | ')} |`;

/** In a cell of a table: one line without ids. */
const cell = (text: string): string =>
  text
    .split('\n')[0]!
    .replaceAll('|', '\\|')
    .replace(/backup_\d+/g, 'an image')
    .slice(0, 140);

function certificateText(c: Certificate & { readonly version: string; readonly node: string }): string {
  return `# Certificate

Written by \`npm run certificate\`; anybody can run it again. The real definitions, handlers and adapters run on an S3 and a DynamoDB in memory, in virtual time. A clean run of each operation tells its calls of S3, DynamoDB, Lambda and Step Functions; at each of them each fault below is put. Then what runs by itself runs (the sweep that starts repairs: one recovery, and one more for each fault in its way), and the checks of \`core/check\` are asked. From every state that had not been seen before the next backup, the clean-up and a restore follow, and what they make is compared with the source.

| | |
| --- | --- |
${[
  row('crash points played', `${number(c.points)} of ${number(c.pointsFound)}`),
  row('pairs played', c.pairs),
  row('pairs that these stand for', c.pairsCovered),
  row('interleavings', c.interleavings),
  row('executions', c.executions),
  row('calls', c.calls),
  row('states after a recovery', c.states),
  row('violations', c.violations.length),
  row(
    'bugs put in, and caught',
    c.mutations.table.length === 0
      ? `none of ${c.mutations.planted} in this run`
      : `${c.mutations.table.length} of ${c.mutations.planted}, ${c.mutations.caught}`,
  ),
  row('seeds', c.seeds.join(', ')),
  row('seconds', `${number(c.seconds)}, ${c.workers} workers`),
  row('versions', `Holdfast ${c.version}, Node ${c.node}`),
].join('\n')}

A pair is a crash point of the recovery after a crash point of the operation. Points that leave the same world behind, but for ids and times, have the same recovery, which is cut once for all of them.

## Operations

| operation | what | calls | crash points |
| --- | --- | --- | --- |
${c.operations.map(({ name, what, calls, points }) => row(`\`${name}\``, what, calls, points)).join('\n')}

## Faults

| fault | what happens at the call |
| --- | --- |
${Object.entries(FAULTS)
  .map(([kind, what]) => row(`\`${kind}\``, what))
  .join('\n')}

## Interleavings

| race | what |
| --- | --- |
${c.races.map(({ name, what }) => row(`\`${name}\``, what)).join('\n')}

## Violations

${c.violations.length === 0 ? 'None.' : c.violations.map(({ token, what }) => `- \`npm run certificate -- --replay '${token}'\`: ${what[0]}`).join('\n')}

## Crash points and scenarios of HBase's own backup

L: windows in which its lock stays; D: ways in which it loses data; FT: its tests of failures; B: what those lack. \`operation step.call\`: every such call with every fault.

| case | what | played by |
| --- | --- | --- |
${HBASE_CASES.map(({ name, what, shownBy, note }) => row(name, what, [...shownBy.map((one) => `\`${one}\``), ...(note ? [note] : [])].join(', '))).join('\n')}

## Bugs put in

Each is a change of one text of the product (\`test/crash/mutations.ts\`), put in alone; cases are played until one is not right. † are rules of the protocol's model.

| bug | what | caught by | what was wrong |
| --- | --- | --- | --- |
${c.mutations.table.map(({ name, what, token, wrong }) => row(`\`${name}\``, what, token ? `\`${token}\`` : '**not caught**', cell(wrong ?? ''))).join('\n')}

## Not covered

${NOT_COVERED.map((line) => `- ${line}`).join('\n')}
`;
}
