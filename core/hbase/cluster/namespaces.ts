import { readBytes, readMessage, readText } from '../protobuf-message.ts';
import type { LatestCell } from './latest-cells.ts';

export interface Namespace {
  readonly name: string;
  /** Properties, `hbase.namespace.quota.…` among them; in the order of their names. */
  readonly properties: Readonly<Record<string, string>>;
}

/** HBase's own, and the one that is always there. */
const BUILT_IN = new Set(['default', 'hbase']);

/** `hbase:namespace`, family `info`: row name, column `d`, a bare NamespaceDescriptor. @throws HBaseFormatError */
export function readNamespaces(cells: readonly LatestCell[]): Namespace[] {
  const namespaces: Namespace[] = [];
  for (const { qualifier, value } of cells) {
    if (qualifier.toString('latin1') !== 'd') continue;
    const namespace = readNamespaceDescriptor(value);
    const { name, properties } = namespace;
    if (!BUILT_IN.has(name) || Object.keys(properties).length > 0) namespaces.push(namespace);
  }
  return namespaces;
}

/** HBaseProtos.NamespaceDescriptor {1 name bytes, 2 configuration: NameStringPair{1 name, 2 value}} */
function readNamespaceDescriptor(bytes: Uint8Array): Namespace {
  const what = 'hbase:namespace';
  let name = '';
  const properties: [string, string][] = [];
  readMessage(bytes, what, 0, (tag, reader) => {
    if (tag === 10) name = readText(reader);
    else if (tag === 18) {
      const pair = ['', ''] as [string, string];
      readMessage(readBytes(reader), what, 0, (inner, value) => {
        if (inner !== 10 && inner !== 18) return false;
        pair[inner === 10 ? 0 : 1] = readText(value);
        return true;
      });
      properties.push(pair);
    } else return false;
    return true;
  });
  return { name, properties: Object.fromEntries(properties.sort(([a], [b]) => (a < b ? -1 : 1))) };
}
