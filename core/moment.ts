import { InvalidInput } from './errors/input-errors.ts';

/** A time as a person types it. */
export interface Moment {
  /** Epoch ms. */
  readonly ms: number;
  /** Whether it was given finer than to the second: what the CLI prints is not. */
  readonly hasFraction: boolean;
}

/** ISO 8601, and what the CLI prints: a space for the T, another before the zone. */
const ISO = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,3})? ?(Z|[+-]\d{2}:?\d{2})?$/;
/** 2001 in milliseconds; a smaller number is likely of seconds. */
const LEAST_MS = 1e12;
const EXAMPLE = 'for example 2026-11-23T14:00:00Z, 2026-11-23T15:00:00+01:00, or epoch milliseconds';

/**
 * A time with its zone, or epoch milliseconds. A local time without zone is not guessed at: it may be the terminal's, the
 * cluster's or UTC.
 * @throws InvalidInput
 */
export function parseMoment(typed: string | number, field: string): Moment {
  const refused = (why: string) => new InvalidInput(`${field}: ${JSON.stringify(typed)} ${why}`, EXAMPLE, { field });
  if (typeof typed === 'number' || /^\d+$/.test(typed)) {
    const ms = Number(typed);
    if (!Number.isSafeInteger(ms) || ms < LEAST_MS || Number.isNaN(new Date(ms).getTime()))
      throw refused('is no time in epoch milliseconds');
    return { ms, hasFraction: true };
  }
  const [, date, minutes, seconds = ':00', fraction = '', zone] = ISO.exec(typed) ?? [];
  if (date === undefined) throw refused('is no time');
  if (zone === undefined) throw refused('has no zone');
  const local = Date.parse(`${date}T${minutes}${seconds}${fraction}Z`);
  // Date takes the 30th of February for the 2nd of March.
  if (Number.isNaN(local) || new Date(local).toISOString().slice(0, 10) !== date) throw refused('is no time');
  const ms = local - offsetMs(zone);
  if (Number.isNaN(ms)) throw refused('has no such zone');
  return { ms, hasFraction: fraction !== '' };
}

function offsetMs(zone: string): number {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  if (hours > 14 || minutes > 59) return Number.NaN;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}
