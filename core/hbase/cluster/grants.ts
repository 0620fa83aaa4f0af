import type { Buffer } from 'node:buffer';
import { HBaseFormatError } from '../format-error.ts';
import type { LatestCell } from './latest-cells.ts';

/** What a permission is for. Families and qualifiers are bytes: base64. */
export type GrantScope =
  | { readonly kind: 'global' }
  | { readonly kind: 'namespace'; readonly namespace: string }
  | { readonly kind: 'table'; readonly table: string; readonly family?: string; readonly qualifier?: string };

export interface Grant {
  /** `@name` is a group. */
  readonly user: string;
  /** Of `RWXCA`. */
  readonly actions: string;
  readonly scope: GrantScope;
}

const GLOBAL_ROW = 'hbase:acl';
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * `hbase:acl`, family `l` (PermissionStorage): row `hbase:acl` for all, `@namespace`, or a table; column
 * `user[,family[,qualifier]]`; value one byte an action. A user's name has no comma, a qualifier may.
 * Grants on HBase's own tables are left out: they are that cluster's.
 * @throws HBaseFormatError
 */
export function readGrants(cells: readonly LatestCell[]): Grant[] {
  const grants: Grant[] = [];
  for (const { row, qualifier, value } of cells) {
    const name = text(row);
    if (name.startsWith('hbase:') && name !== GLOBAL_ROW) continue;
    const actions = value.toString('latin1');
    if (!/^[RWXCA]{0,5}$/.test(actions)) throw new HBaseFormatError('hbase:acl', 0, 'actions that are none of RWXCA');
    if (actions === '') continue;
    const [user, family, column] = parts(qualifier);
    grants.push({ user: text(user), actions, scope: scopeOf(name, family, column) });
  }
  return grants;
}

function scopeOf(row: string, family: Buffer | undefined, qualifier: Buffer | undefined): GrantScope {
  if (row === GLOBAL_ROW) return { kind: 'global' };
  if (row.startsWith('@')) return { kind: 'namespace', namespace: row.slice(1) };
  return {
    kind: 'table',
    table: row,
    ...(family !== undefined && { family: family.toString('base64') }),
    ...(qualifier !== undefined && { qualifier: qualifier.toString('base64') }),
  };
}

function parts(column: Buffer): [Buffer, Buffer?, Buffer?] {
  const first = column.indexOf(0x2c);
  if (first < 0) return [column];
  const second = column.indexOf(0x2c, first + 1);
  if (second < 0) return [column.subarray(0, first), column.subarray(first + 1)];
  return [column.subarray(0, first), column.subarray(first + 1, second), column.subarray(second + 1)];
}

function text(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new HBaseFormatError('hbase:acl', 0, 'a name that is not UTF-8');
  }
}
