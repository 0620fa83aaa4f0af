import { sha256 } from '../../digest.ts';
import { parseTableName, tablePath } from '../../hbase/table-name.ts';

export interface MadeFilePlace {
  readonly sessionId: string;
  readonly table: string;
  /** Encoded name. */
  readonly region: string;
  readonly family: string;
  /** 0, and further ones where a file grew past its limit. */
  readonly part: number;
}

/**
 * `<ns>/<table>/<region>/<family>/<32 hex digits>` of an HFile made of logs: the same whenever the same session makes it,
 * and like no other, as HBase's random names are.
 */
export function madeFilePath({ sessionId, table, region, family, part }: MadeFilePlace): string {
  const name = sha256([sessionId, table, region, family, String(part)].join('\0')).slice(0, 32);
  return [tablePath(parseTableName(table)), region, family, name].join('/');
}
