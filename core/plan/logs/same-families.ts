import { ChainBroken } from '../../errors/log-errors.ts';
import { attributeText, type FamilySchema, type TableSchema } from '../../hbase/table-schema.ts';

/** What changes the meaning of cells that are there already; compression and the like do not. */
const FAMILY_ATTRIBUTES = ['NEW_VERSION_BEHAVIOR', 'IS_MOB', 'ENCRYPTION'] as const;
const HINT = 'take a full of the table, or run it again with --or-full';

/**
 * Logs do not say that a family was added or dropped, and a dropped one that was made again looks like the old one.
 * @param now the source's descriptor; undefined: the table is gone
 * @throws ChainBroken
 */
export function requireSameFamilies(table: string, parent: TableSchema, now: TableSchema | undefined): void {
  const broken = (what: string) => new ChainBroken(`${table}: ${what} since the parent`, HINT, { table });
  if (now === undefined) throw broken('the table has no descriptor in the source any more: it was dropped');
  const before = familiesOf(parent);
  const after = familiesOf(now);
  for (const name of after.keys()) if (!before.has(name)) throw broken(`family ${name} was added`);
  for (const [name, family] of before) {
    const there = after.get(name);
    if (there === undefined) throw broken(`family ${name} was removed`);
    for (const attribute of FAMILY_ATTRIBUTES) {
      const [was, is] = [attributeOf(family, attribute), attributeOf(there, attribute)];
      if (was !== is) throw broken(`${attribute} of family ${name} went from ${was || 'unset'} to ${is || 'unset'}`);
    }
  }
}

const familiesOf = ({ families }: TableSchema) => new Map(families.map((family) => [family.name, family]));

function attributeOf({ attributes }: FamilySchema, attribute: string): string {
  const text = (attributeText(attributes, attribute) ?? '').toUpperCase();
  return text === 'FALSE' ? '' : text;
}
