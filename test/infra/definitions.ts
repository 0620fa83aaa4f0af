import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const DIRECTORY = join(import.meta.dirname, '..', '..', 'statemachines');

export interface Definition {
  readonly name: string;
  readonly text: string;
}

/** The state machines' files. */
export const definitions = (): Definition[] =>
  globSync('*.asl.json', { cwd: DIRECTORY })
    .sort()
    .map((file) => ({ name: basename(file, '.asl.json'), text: readFileSync(join(DIRECTORY, file), 'utf8') }));

export const definitionText = (): string =>
  definitions()
    .map(({ text }) => text)
    .join('\n');
