import { sha256 } from '../../core/digest.ts';
import type { WorldState } from './world.ts';

interface VersionLine {
  readonly do: string;
  readonly bucket: string;
  readonly key?: string;
  readonly version?: { readonly kind: string; readonly size?: number; readonly etag?: string };
  readonly upload?: { readonly key?: string };
}

/**
 * What a world at rest is, whatever its ids and times are: two with the same key differ in nothing that a later run
 * could act on. Bytes count by ETag where they are files of a table, by size elsewhere (there they hold ids and times,
 * which the checks have read).
 */
export function stateKey(state: WorldState): string {
  const lines = (state.s3 as VersionLine[])
    .filter((record) => record.do !== 'bucket')
    .map(({ bucket, key, version, upload }) => {
      const bytes = /\/data\//.test(key ?? '') ? version?.etag : version?.size;
      return `${bucket} ${key ?? upload?.key} ${version?.kind} ${bytes}`;
    });
  const items = state.dynamodb.map((record) => JSON.stringify((record as { changes?: unknown }).changes ?? ''));
  return sha256(withoutNames([...lines.sort(), ...items].join('\n')));
}

/** Ids, times and digests become their number in order of appearance. */
function withoutNames(text: string): string {
  const known = new Map<string, number>();
  const number = (name: string): number => {
    const found = known.get(name) ?? known.size + 1;
    known.set(name, found);
    return found;
  };
  return text
    .replace(/backup_\d{13}|[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f-]{27}/g, (name) => `N${number(name)}`)
    .replace(/"N":"\d{13}"|\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T')
    .replace(/\d{8}[0-9a-f]{8}|request-\d+|"(epoch|version)":\{"N":"\d+"\}/g, 'I');
}
