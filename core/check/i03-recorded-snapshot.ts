import type { SnapshotRef } from '../items.ts';

/** What was read of a system snapshot. */
export type ReadSnapshot = Pick<SnapshotRef, 'items' | 'sha256'>;

/** I3: what is wrong with the system snapshot that a flag records; `undefined` if nothing is. */
export function wrongWithRecorded(recorded: SnapshotRef, found: ReadSnapshot | undefined): string | undefined {
  if (found === undefined) return 'is missing';
  if (found.items === recorded.items && found.sha256 === recorded.sha256) return undefined;
  const short = (digest: string) => `${digest.slice(0, 12)}…`;
  return `has ${found.items} items and digest ${short(found.sha256)}, recorded are ${recorded.items} and ${short(recorded.sha256)}`;
}
