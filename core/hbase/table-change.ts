import { Buffer } from 'node:buffer';
import type { TableSchema } from './table-schema.ts';

/** One attribute of a table, or of one of its families, that the restored descriptor has otherwise than the image's. */
export interface TableChange {
  /** null: of the table itself. */
  readonly family: string | null;
  readonly name: string;
  /** null: it was not there. */
  readonly from: string | null;
  /** null: it is taken away. */
  readonly to: string | null;
  readonly why: 'set' | 'strip-coprocessors' | 'replication-scope' | 'store-file-tracker';
}

type Attributed = Pick<TableSchema, 'attributes' | 'configuration'>;

/** What HBase reads as the attribute: of a table's two maps the configuration wins (ProtobufUtil), of a family's the attributes (CompoundConfiguration of a store). */
export function attributeOf(schema: TableSchema, family: string | null, name: string): string | undefined {
  const of: Attributed | undefined = family === null ? schema : schema.families.find((one) => one.name === family);
  const value = of?.attributes.get(name);
  const attribute = value === undefined ? undefined : Buffer.from(value).toString();
  const configured = of?.configuration.get(name);
  return family === null ? (configured ?? attribute) : (attribute ?? configured);
}

/** The descriptor with the changes; what they do not name, and what this version does not know, stays as it is. */
export function changeTable(schema: TableSchema, changes: readonly TableChange[]): TableSchema {
  const of = (family: string | null) => changes.filter((change) => change.family === family);
  const families = schema.families.map((family) => ({ ...family, ...changed(family, of(family.name), true) }));
  return { ...schema, ...changed(schema, of(null), false), families };
}

/** A family's settings of the store (names as `hbase.x`) are its configuration, as the shell's CONFIGURATION; a table has none apart from its attributes. */
function changed(
  { attributes, configuration }: Attributed,
  changes: readonly TableChange[],
  hasConfiguration: boolean,
): Attributed {
  const result = { attributes: new Map(attributes), configuration: new Map(configuration) };
  for (const { name, to } of changes) {
    const isConfiguration = hasConfiguration && !attributes.has(name) && /[a-z.]/.test(name);
    result.configuration.delete(name);
    if (to === null) result.attributes.delete(name);
    else if (isConfiguration) result.configuration.set(name, to);
    else result.attributes.set(name, Buffer.from(to));
  }
  return result;
}
