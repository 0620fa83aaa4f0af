import { InvalidInput } from '../../core/errors/input-errors.ts';
import { formatTableName, parseTableName } from '../../core/hbase/table-name.ts';

/**
 * Names of tables as HBase spells them, in the order given; none may stand there twice.
 * @throws InvalidInput naming the field
 */
export function parseTableNames(field: string, names: readonly string[], example: string): string[] {
  const refuse = (at: string, why: string) =>
    new InvalidInput(`${at}: ${why}`, `for example ${example}`, { field: at });
  const canonical = names.map((name, i) => {
    try {
      return formatTableName(parseTableName(name));
    } catch (error) {
      throw refuse(`${field}.${i}`, (error as Error).message);
    }
  });
  const twice = canonical.find((name, i) => canonical.indexOf(name) !== i);
  if (twice !== undefined) throw refuse(field, `${twice} stands there twice`);
  return canonical;
}
