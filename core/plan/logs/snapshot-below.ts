import type { ImageTableRecord } from '../../items.ts';

/**
 * Position of the newest snapshot in the chain of a table, ms: what was written before it is in its files, or was
 * removed there together with the markers that deleted it. 0: the chain does not say.
 */
export function snapshotBelow(rows: Iterable<ImageTableRecord>, row: ImageTableRecord): number {
  const byId = new Map<string, ImageTableRecord>();
  for (const one of rows) if (one.table === row.table) byId.set(one.id, one);
  const seen = new Set<string>();
  let at: ImageTableRecord | undefined = row;
  while (at?.kind === 'WALS') {
    if (seen.has(at.id)) return 0;
    seen.add(at.id);
    at = at.parent == null ? undefined : byId.get(at.parent);
  }
  return at?.position ?? 0;
}
