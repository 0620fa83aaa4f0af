import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const FOLDER = new URL('../fixtures/hbase/found/', import.meta.url);

/** Inputs of a target that were once read wrongly, by name. */
export function foundInputs(target: string): [name: string, bytes: Buffer][] {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER) : [];
  return names
    .filter((name) => name.slice(0, name.indexOf('.')) === target)
    .map((name) => [name, readFileSync(new URL(name, FOLDER))]);
}

export function keepFound(target: string, seed: number, bytes: Uint8Array): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(new URL(`${target}.${seed}`, FOLDER), bytes);
}
