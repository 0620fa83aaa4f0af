/** When a schedule fires next: milliseconds since the epoch after `afterMs`, or undefined when never again. */
export type NextTime = (afterMs: number) => number | undefined;

const UNIT_MS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads `rate(5 minutes)`, `cron(0 3 * * ? *)` and `at(2026-01-01T03:00:00)`, in a time zone (EventBridge Scheduler
 * user guide, "Schedule types"). A rate counts from `startMs`. Hours that a change of the clocks skips come an hour
 * later, those that it repeats come once.
 * @throws SyntaxError
 */
export function nextTime(expression: string, startMs: number, timeZone = 'UTC'): NextTime {
  const [, kind, body = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') {
    const [, count, unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(body) ?? [];
    const periodMs = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
    if (!(periodMs > 0)) throw new SyntaxError(`not a rate: ${expression}`);
    return (afterMs) => startMs + Math.max(1, Math.floor((afterMs - startMs) / periodMs) + 1) * periodMs;
  }
  if (kind === 'at') {
    const local = Date.parse(`${body}Z`);
    if (Number.isNaN(local)) throw new SyntaxError(`not a time: ${expression}`);
    const at = zoneOf(timeZone).toUtc(local);
    return (afterMs) => (at > afterMs ? at : undefined);
  }
  if (kind === 'cron') return inZone(cron(body, expression), zoneOf(timeZone));
  throw new SyntaxError(`not a schedule: ${expression}`);
}

interface Zone {
  toLocal(utcMs: number): number;
  toUtc(localMs: number): number;
}

/** Wall time as if it were UTC, and back. */
function zoneOf(timeZone: string): Zone {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  } catch {
    throw new SyntaxError(`not a time zone: ${timeZone}`);
  }
  const toLocal = (utcMs: number) => Date.parse(`${format.format(utcMs).replace(' ', 'T')}Z`) + (utcMs % 1000);
  const offset = (utcMs: number) => toLocal(utcMs) - utcMs;
  return { toLocal, toUtc: (localMs) => localMs - offset(localMs - offset(localMs)) };
}

const inZone =
  (next: NextTime, zone: Zone): NextTime =>
  (afterMs) => {
    for (let local = next(zone.toLocal(afterMs)); local !== undefined; local = next(local)) {
      const at = zone.toUtc(local);
      if (at > afterMs) return at;
    }
    return undefined;
  };

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function cron(body: string, expression: string): NextTime {
  const fields = body.trim().split(/\s+/);
  if (fields.length !== 6) throw new SyntaxError(`not six fields: ${expression}`);
  const read = (at: number, low: number, high: number, names: readonly string[] = []) =>
    field(fields[at] ?? '', low, high, names, expression);
  const minutes = read(0, 0, 59);
  const hours = read(1, 0, 23);
  const monthDays = read(2, 1, 31);
  const months = read(3, 1, 12, MONTHS);
  const weekDays = read(4, 1, 7, DAYS);
  const years = read(5, 1970, 2199);
  return (afterMs) => {
    const at = new Date(afterMs);
    at.setUTCSeconds(0, 0);
    at.setUTCMinutes(at.getUTCMinutes() + 1);
    // Days first: four years cover every combination of month, day and weekday that exists but the 29th of February.
    for (let days = 0; days < 366 * 9; days++) {
      const isDay =
        years.has(at.getUTCFullYear()) &&
        months.has(at.getUTCMonth() + 1) &&
        monthDays.has(at.getUTCDate()) &&
        weekDays.has(at.getUTCDay() + 1);
      if (isDay) {
        for (let m = at.getUTCHours() * 60 + at.getUTCMinutes(); m < 1440; m++) {
          if (hours.has(Math.floor(m / 60)) && minutes.has(m % 60)) {
            return Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), Math.floor(m / 60), m % 60);
          }
        }
      }
      at.setUTCHours(24, 0, 0, 0);
    }
    return undefined;
  };
}

function field(text: string, low: number, high: number, names: readonly string[], expression: string): Set<number> {
  const number = (part: string): number => {
    const named = names.indexOf(part.toUpperCase());
    const value = named >= 0 ? named + low : Number(part);
    if (!Number.isInteger(value) || value < low || value > high) throw new SyntaxError(`${part} in ${expression}`);
    return value;
  };
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const [range = '', step = '1'] = part.split('/');
    const [from = '', to] = range.split('-');
    const isAny = from === '*' || from === '?';
    const first = isAny ? low : number(from);
    const last = isAny || (to === undefined && part.includes('/')) ? high : number(to ?? from);
    if (!(Number(step) >= 1)) throw new SyntaxError(`${part} in ${expression}`);
    for (let value = first; value <= last; value += Number(step)) values.add(value);
  }
  return values;
}
