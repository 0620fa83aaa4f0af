import { Buffer } from 'node:buffer';
import { HoldfastError } from '../errors/holdfast-error.ts';

const HINT = "give tables as HBase's list prints them: qualifier or namespace:qualifier";

/** Name of a table; `default` is the namespace of a name without one (HBase's TableName). */
export interface TableName {
  readonly namespace: string;
  readonly qualifier: string;
}

/** A name that HBase would not accept for a table, or that would lead a path astray. */
export class InvalidTableName extends HoldfastError {
  override readonly name = 'InvalidTableName';

  constructor(given: string, reason: string) {
    super(`not a table name: ${JSON.stringify(given.slice(0, 200))}: ${reason}`, HINT, { given: given.slice(0, 300) });
  }
}

export const DEFAULT_NAMESPACE = 'default';

/** A path component: HDFS allows 255 bytes, and S3's 1024-byte keys leave no room for more. */
const MAX_BYTES = 255;
// TableName.isLegalNamespaceName, isLegalTableQualifierName
const NAMESPACE = /^[_0-9\p{Alphabetic}]+$/u;
const QUALIFIER = /^[_0-9\p{Alphabetic}][-_.0-9\p{Alphabetic}]*$/u;

/** `ns:qualifier`, or `qualifier` for namespace `default`. @throws InvalidTableName */
export function parseTableName(text: string): TableName {
  const colon = text.indexOf(':');
  return colon < 0
    ? checked(text, DEFAULT_NAMESPACE, text)
    : checked(text, text.slice(0, colon), text.slice(colon + 1));
}

/** @throws InvalidTableName */
export function tableName(namespace: string, qualifier: string): TableName {
  return checked(`${namespace}:${qualifier}`, namespace, qualifier);
}

/** As HBase prints it (TableName.getNameAsString): without the namespace if that is `default`. */
export function formatTableName(table: TableName): string {
  return table.namespace === DEFAULT_NAMESPACE ? table.qualifier : `${table.namespace}:${table.qualifier}`;
}

/** `ns/qualifier`, as it stands below `data/`. */
export function tablePath(table: TableName): string {
  return `${table.namespace}/${table.qualifier}`;
}

export function isSameTable(a: TableName, b: TableName): boolean {
  return a.namespace === b.namespace && a.qualifier === b.qualifier;
}

function checked(given: string, namespace: string, qualifier: string): TableName {
  const refuse = (reason: string) => new InvalidTableName(given, reason);
  if (namespace === '') throw refuse('the namespace is empty');
  if (qualifier === '') throw refuse('the qualifier is empty');
  if (!NAMESPACE.test(namespace)) throw refuse('a namespace has letters, digits and _ only');
  if (/^[-.]/.test(qualifier)) throw refuse('a qualifier does not begin with . or -');
  if (!QUALIFIER.test(qualifier)) throw refuse('a qualifier has letters, digits, _, - and . only');
  for (const part of [namespace, qualifier]) {
    if (part === 'zookeeper') throw refuse('HBase reserves the name zookeeper');
    if (Buffer.byteLength(part) > MAX_BYTES) throw refuse(`a part is longer than ${MAX_BYTES} bytes`);
  }
  return { namespace, qualifier };
}
