import { join } from 'node:path';
import { expect, it } from 'vitest';
import { definitions } from '../../infra/definitions.ts';

const FILE = join(import.meta.dirname, '..', '..', '..', 'docs', 'state-machines.md');

interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string; readonly Condition: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
  readonly Branches?: readonly Machine[];
  readonly ItemProcessor?: Machine;
}

interface Machine {
  readonly Comment?: string;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

const INDENT = '    ';

function linesOf(machine: Machine, indent: string): string[] {
  const lines = [`${indent}[*] --> ${machine.StartAt}`];
  for (const [name, state] of Object.entries(machine.States)) {
    const to = (next: string, why = '') => lines.push(`${indent}${name} --> ${next}${why && `: ${why}`}`);
    for (const inner of [...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])]) {
      lines.push(`${indent}state ${name} {`, ...linesOf(inner, indent + INDENT), `${indent}}`);
    }
    for (const { Next } of state.Choices ?? []) to(Next, 'if');
    if (state.Default) to(state.Default, 'else');
    if (state.Next) to(state.Next);
    for (const { Next } of state.Catch ?? []) if (Next !== state.Next) to(Next, 'fails');
    if (state.End || state.Type === 'Succeed' || state.Type === 'Fail') to('[*]');
  }
  return lines;
}

function notesOf(machine: Machine): string[] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    `- \`${name}\` (${state.Type})${state.Comment ? `: ${state.Comment}` : ''}`,
    ...[...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])].flatMap(notesOf),
  ]);
}

const chapters = definitions().map(({ name, text }) => {
  const machine = JSON.parse(text) as Machine;
  const diagram = ['```mermaid', 'stateDiagram-v2', ...linesOf(machine, INDENT), '```'];
  return [`## ${name}`, '', machine.Comment ?? '', '', ...diagram, '', ...notesOf(machine), ''].join('\n');
});

const INTRODUCTION = `# State machines

Made from \`statemachines/*.asl.json\`: \`npx vitest run test/unit/docs -u\` writes this file anew when a definition has changed.
An arrow \`fails\` is a Catch. The orders and their reasons are in [design.md](design.md).
`;

it('docs/state-machines.md says what the definitions say; after a change: npx vitest run test/unit/docs -u', async () => {
  await expect([INTRODUCTION, ...chapters].join('\n')).toMatchFileSnapshot(FILE);
});
