import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/** A known bug of the protocol, as a change of the product's text. */
export interface Mutation {
  readonly name: string;
  /** What it breaks, in a sentence; `†rule` where a rule of the model is left out. */
  readonly what: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** Cases that are played first, because they are where it shows. */
  readonly cases?: readonly string[];
}

/** @throws if the text to replace is not there exactly once: the mutation is of another version of the product */
export function mutated(
  { name, file, from, to }: Mutation,
  text = readFileSync(join(REPOSITORY, file), 'utf8'),
): string {
  const pieces = text.split(from);
  if (pieces.length !== 2) throw new Error(`${name}: ${file} has its text ${pieces.length - 1} times`);
  return pieces.join(to);
}

/** From now on this thread loads the file with the bug. */
export function putIn(mutation: Mutation): void {
  const url = pathToFileURL(join(REPOSITORY, mutation.file)).href;
  const source = mutated(mutation);
  registerHooks({
    load: (wanted, context, next) =>
      wanted === url ? { format: 'module-typescript', source, shortCircuit: true } : next(wanted, context),
  });
}
