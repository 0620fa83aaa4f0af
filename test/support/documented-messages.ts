import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const DESIGN = join(import.meta.dirname, '..', '..', 'docs', 'design.md');

/** `message_type` → its fields, as docs/design.md, "JSON at the terminal", lists them. */
export const documentedMessages: ReadonlyMap<string, readonly string[]> = new Map(
  (readFileSync(DESIGN, 'utf8').split('\n## JSON at the terminal\n')[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .flatMap((row) => {
      const [, type, fields = ''] = /^\| `(\w+)` +\| [^|]+\| ([^|]*)\|/.exec(row) ?? [];
      // A field begins its part of the cell; what else is in backticks explains it.
      const names = fields.split(', ').flatMap((part) => /^`(\w+)`/.exec(part)?.[1] ?? []);
      return type === undefined || type === 'message_type' ? [] : [[type, names] as const];
    }),
);

/** Every line of `--json` has a documented type, documented fields, and names in snake_case down to the last member. */
export function expectDocumented(message: Readonly<Record<string, unknown>>): void {
  const { message_type: type, ...fields } = message;
  const documented = documentedMessages.get(String(type));
  expect(documented, `docs/design.md, "JSON at the terminal", has no message_type ${type}`).toBeDefined();
  const unknown = Object.keys(fields).filter((field) => !documented?.includes(field));
  expect(unknown, `fields of ${type} that docs/design.md does not have`).toEqual([]);
  const names: string[] = [];
  JSON.stringify(message, (name, value: unknown) => {
    if (Number.isNaN(Number(name))) names.push(name);
    return value;
  });
  expect(names.filter((name) => !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name))).toEqual([]);
}
