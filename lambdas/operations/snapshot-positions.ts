import { LogDirectoryNotFound, LogUnreadable } from '../../core/errors/log-errors.ts';
import { positionsOfSnapshot } from '../../core/plan/logs/log-position.ts';
import { type LogStream, logStreams } from '../../core/plan/logs/log-streams.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { BackupRequest } from '../contracts/fields.ts';
import { DEFAULT_CLOCK_MARGIN_SECONDS } from '../contracts/incremental-request.ts';
import type { Logs } from '../ports/logs.ts';
import type { TableSnapshot } from '../ports/table-snapshots.ts';
import type { PlannedBackupTable } from './backup-plan.ts';

type Positions = Pick<PlannedBackupTable, 'wals' | 'walsNote' | 'clockMarginMs'>;

/**
 * Where the logs stand for tables that are taken from snapshots. Without logs the image is as good as with them, but no
 * increment from logs can rest on it: that is a note, no error.
 */
export async function snapshotPositions(
  logs: Logs,
  request: BackupRequest,
): Promise<(snapshot: TableSnapshot) => Positions> {
  const wals = parseS3Uri(request.wals ?? request.source, 'wals');
  const margin = 'type' in request ? request.clockMarginSeconds : DEFAULT_CLOCK_MARGIN_SECONDS;
  let streams: readonly LogStream[];
  try {
    streams = logStreams(await logs.list(wals));
  } catch (error) {
    if (!(error instanceof LogDirectoryNotFound) && !(error instanceof LogUnreadable)) throw error;
    const { message } = error;
    return () => ({ wals: null, walsNote: message });
  }
  if (streams.length === 0)
    return () => ({ wals: null, walsNote: `there is no log of a region server in ${wals.uri}` });
  return (snapshot) => positionsIn(streams, snapshot, margin * 1_000);
}

export function positionsIn(streams: readonly LogStream[], snapshot: TableSnapshot, clockMarginMs: number): Positions {
  const { creationMs: createdMs, type } = snapshot;
  const found = positionsOfSnapshot(streams, { createdMs, type }, clockMarginMs);
  return found.logs === null ? { wals: null, walsNote: found.note } : { wals: [...found.logs], clockMarginMs };
}
