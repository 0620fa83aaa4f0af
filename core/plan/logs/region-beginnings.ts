import { LogGap } from '../../errors/log-errors.ts';
import type { WalEvent } from '../../hbase/wal/wal-event.ts';

/** How a region begins in the logs of one stream. */
export interface RegionBeginning {
  /** `server/group`. */
  readonly stream: string;
  /** Least sequence id that the stream has of it. */
  readonly first: number;
  /** Least sequence id with which a marker in the stream says that it was opened; undefined: none does. */
  readonly opened?: number;
}

/** Gathers how one region begins in each of several streams. */
export class RegionBeginnings {
  readonly #streams = new Map<string, { first: number; opened: number }>();

  add(stream: string, sequenceId: number, events: readonly WalEvent[]): void {
    let known = this.#streams.get(stream);
    if (known === undefined) {
      known = { first: sequenceId, opened: Number.POSITIVE_INFINITY };
      this.#streams.set(stream, known);
    }
    if (sequenceId < known.first) known.first = sequenceId;
    for (const event of events) {
      if (event.kind === 'region-open' && event.sequenceId < known.opened) known.opened = event.sequenceId;
    }
  }

  all(): RegionBeginning[] {
    return [...this.#streams].map(([stream, { first, opened }]) => ({
      ...{ stream, first },
      ...(opened < Number.POSITIVE_INFINITY && { opened }),
    }));
  }
}

/**
 * A server's first log has of each region first that it was opened there (with a sequence id that is not behind any edit
 * of it: a coprocessor may write before the marker). Where an edit comes first, an older log of the server is gone: its
 * name cannot tell, if the server was young when it was rolled.
 * @param began of one region, of all parts of the logs
 * @param streams those of which no parent has anything
 * @throws LogGap
 */
export function requireOpenings(
  { table, region }: { readonly table: string; readonly region: string },
  began: readonly RegionBeginning[],
  streams: ReadonlySet<string>,
): void {
  for (const [stream, parts] of Map.groupBy(began, (one) => one.stream)) {
    if (!streams.has(stream)) continue;
    const first = Math.min(...parts.map((one) => one.first));
    const opened = Math.min(...parts.map((one) => one.opened ?? Number.POSITIVE_INFINITY));
    if (opened <= first) continue;
    throw new LogGap(
      `${table}: the oldest log of ${stream.replace(/\/$/, '')} begins in the middle of region ${region}, at edit ${first}: an older log of it is gone`,
      'take a full of the table, or run it again with --or-full; keep logs longer: hbase.master.logcleaner.ttl, or a log archive',
      { table, region, stream },
    );
  }
}
