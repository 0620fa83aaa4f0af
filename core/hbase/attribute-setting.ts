import { InvalidInput } from '../errors/input-errors.ts';
import { nameSome } from '../name-some.ts';
import { attributeProblem, FOREVER_SECONDS } from './attribute-rules.ts';
import { DEFAULT_NAMESPACE } from './table-name.ts';

/** One `--set`, read: what an attribute of a table or family is to be. */
export interface AttributeSetting {
  /** null: of the table itself. */
  readonly family: string | null;
  readonly name: string;
  /** null: it is taken away, so that HBase's default holds. */
  readonly value: string | null;
}

const FORM = 'TABLE.ATTRIBUTE=VALUE, or TABLE:FAMILY.ATTRIBUTE=VALUE';
const EXAMPLE = 'for example shop:orders:d.TTL=86400; nothing behind the = takes the attribute away';

interface Reading extends AttributeSetting {
  readonly table: string;
}

/** Has it the form? Which table is meant, only the image's tables tell. @throws InvalidInput */
export function checkSettingForm(text: string, field: string): void {
  const equals = text.indexOf('=');
  if (equals > 0 && text.slice(0, equals).includes('.') && text[0] !== '.') return;
  throw refusal(field, text, `is not ${FORM}`);
}

/** Tables that a setting may mean, by name alone: only their families need to be known. */
export const mayMean = (text: string, table: string): boolean =>
  namesOf(table).some((name) => text.startsWith(`${name}.`) || text.startsWith(`${name}:`));

/**
 * Which attribute of which table is meant. Names have dots and colons of their own (`shop:orders` is a table, and could
 * be the family `orders` of a table `shop`), so it is read by the tables that are restored, and refused if it can be
 * read in two ways. `default:` before a table of the default namespace tells them apart.
 * @param families of each restored table that it may mean ({@link mayMean}), in the order of the tables
 * @param tables all that are restored, for the message
 * @throws InvalidInput
 */
export function resolveSetting(
  text: string,
  families: ReadonlyMap<string, readonly string[]>,
  tables: readonly string[],
  field: string,
): Reading {
  const readings: Reading[] = [];
  for (const [table, ofTable] of families) {
    for (const name of namesOf(table)) {
      if (text.startsWith(`${name}.`)) readings.push(...reading(table, null, text.slice(name.length + 1)));
      for (const family of ofTable) {
        const prefix = `${name}:${family}.`;
        if (text.startsWith(prefix)) readings.push(...reading(table, family, text.slice(prefix.length)));
      }
    }
  }
  const [one, other] = readings;
  if (one === undefined)
    throw refusal(field, text, `names no table or family that is restored: ${known(families, tables)}`);
  if (other !== undefined) {
    const said = readings.map(
      ({ table, family, name }) => `${name} of ${family === null ? '' : `family ${family} of `}table ${table}`,
    );
    throw refusal(
      field,
      text,
      `can be read as ${said.join(', and as ')}: write default: before a table of the default namespace, or restore the tables one by one`,
    );
  }
  const problem = attributeProblem(one.family === null ? 'table' : 'family', one.name, one.value);
  if (problem !== undefined) throw refusal(field, text, problem);
  return one;
}

function reading(table: string, family: string | null, rest: string): Reading[] {
  const equals = rest.indexOf('=');
  const name = rest.slice(0, equals);
  if (equals < 1) return [];
  const value = rest.slice(equals + 1);
  const forever = name === 'TTL' && value === 'FOREVER' ? String(FOREVER_SECONDS) : value;
  return [{ table, family, name, value: forever === '' ? null : forever }];
}

/** A table of the default namespace may be written with it. */
const namesOf = (table: string): string[] => (table.includes(':') ? [table] : [table, `${DEFAULT_NAMESPACE}:${table}`]);

const known = (families: ReadonlyMap<string, readonly string[]>, tables: readonly string[]): string =>
  families.size === 0
    ? `the tables are ${nameSome(tables)}`
    : [...families].map(([table, ofTable]) => `${table} has the families ${ofTable.join(', ')}`).join('; ');

const refusal = (field: string, text: string, why: string): InvalidInput =>
  new InvalidInput(`${field}: ${JSON.stringify(text.slice(0, 300))} ${why}`, `give ${FORM}, ${EXAMPLE}`, { field });
