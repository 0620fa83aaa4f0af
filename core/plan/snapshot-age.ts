import { SnapshotStale } from '../errors/source-errors.ts';
import type { SnapshotDescription } from '../hbase/snapshot-description.ts';
import { formatTableName } from '../hbase/table-name.ts';

const HOUR_MS = 3_600_000;
/** A newest snapshot that is older was rather forgotten than meant. */
const OLDEST_MS = 24 * HOUR_MS;
/** `TimeoutSeconds` of the state machines that make backups: so long a session may need the snapshot's files. */
export const SESSION_LIMIT_SECONDS = 48 * 3_600;

/**
 * A snapshot that nobody named must be what was meant, and last as long as the session may.
 * @throws SnapshotStale
 */
export function requireFresh({ name, table, type, creationMs, ttlSeconds }: SnapshotDescription, nowMs: number): void {
  const said = `the newest snapshot of ${formatTableName(table)}, ${name} (${type})`;
  const stale = (why: string) =>
    new SnapshotStale(
      `${said}, ${why}`,
      `take a new snapshot of the table, or name this one: --snapshot ${formatTableName(table)}=${name}`,
      { snapshot: name, creationMs, ttlSeconds },
    );
  const ageMs = nowMs - creationMs;
  if (ageMs > OLDEST_MS) throw stale(`is ${Math.floor(ageMs / HOUR_MS)} h old`);
  const endsMs = creationMs + ttlSeconds * 1_000;
  if (ttlSeconds === 0 || endsMs > nowMs + SESSION_LIMIT_SECONDS * 1_000) return;
  throw stale(
    `has a TTL that ends in ${Math.floor((endsMs - nowMs) / HOUR_MS)} h, and a backup may take ${SESSION_LIMIT_SECONDS / 3_600} h`,
  );
}
