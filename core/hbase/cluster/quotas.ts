import { HBaseFormatError } from '../format-error.ts';
import { withoutPbufMagic } from '../pbuf-magic.ts';
import { readBytes, readMessage, readUint64 } from '../protobuf-message.ts';
import type { LatestCell } from './latest-cells.ts';

/** Whom a quota is for: a user, perhaps on a table or namespace only, a table, a namespace, the region servers. */
export interface QuotaSubject {
  readonly user?: string;
  readonly table?: string;
  readonly namespace?: string;
  readonly regionServer?: string;
}

export type Quota = QuotaSubject &
  (
    | {
        readonly kind: 'throttle';
        /** ThrottleType, e.g. `WRITE_SIZE`. */
        readonly type: string;
        /** Decimal: requests, bytes or capacity units. */
        readonly limit: string;
        readonly unit: string;
        readonly scope: 'CLUSTER' | 'MACHINE';
      }
    | { readonly kind: 'space'; readonly limit: string; readonly policy: string }
    | { readonly kind: 'bypass-globals' }
  );

const WHAT = 'hbase:quota';
/** Fields of QuotaProtos.Throttle. */
const THROTTLES: Readonly<Record<number, string>> = {
  1: 'REQUEST_NUMBER',
  2: 'REQUEST_SIZE',
  3: 'WRITE_NUMBER',
  4: 'WRITE_SIZE',
  5: 'READ_NUMBER',
  6: 'READ_SIZE',
  7: 'REQUEST_CAPACITY_UNIT',
  8: 'WRITE_CAPACITY_UNIT',
  9: 'READ_CAPACITY_UNIT',
  10: 'ATOMIC_REQUEST_SIZE',
  11: 'ATOMIC_READ_SIZE',
  12: 'ATOMIC_WRITE_SIZE',
  13: 'REQUEST_HANDLER_USAGE_MS',
};
/** HBaseProtos.TimeUnit */
const UNITS = ['', 'NANOSECONDS', 'MICROSECONDS', 'MILLISECONDS', 'SECONDS', 'MINUTES', 'HOURS', 'DAYS'];
/** QuotaProtos.SpaceViolationPolicy */
const POLICIES = ['', 'DISABLE', 'NO_WRITES_COMPACTIONS', 'NO_WRITES', 'NO_INSERTS'];
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * `hbase:quota`, family `q` (QuotaTableUtil): rows `n.<namespace>`, `t.<table>`, `u.<user>`, `r.<server>`; column `s`
 * its settings, `s.<table>` and `s.<namespace>:` those of a user there; value PBUF and a Quotas. @throws HBaseFormatError
 */
export function readQuotas(cells: readonly LatestCell[]): Quota[] {
  return cells.flatMap(({ row, qualifier, value }) => {
    const column = text(qualifier);
    if (column !== 's' && !column.startsWith('s.')) return [];
    const subject = subjectOf(text(row), column.slice(2));
    return subject === undefined ? [] : settings(withoutPbufMagic(value, WHAT)).map((one) => ({ ...subject, ...one }));
  });
}

function subjectOf(row: string, of: string): QuotaSubject | undefined {
  const name = row.slice(2);
  switch (row.slice(0, 2)) {
    case 'n.':
      return { namespace: name };
    case 't.':
      return { table: name };
    case 'r.':
      return { regionServer: name };
    case 'u.':
      if (of === '') return { user: name };
      return of.endsWith(':') ? { user: name, namespace: of.slice(0, -1) } : { user: name, table: of };
    default:
      return undefined; // `exceedThrottleQuota`, a switch of the cluster
  }
}

type Setting = Quota extends infer Q ? (Q extends Quota ? Omit<Q, keyof QuotaSubject> : never) : never;

/** Quotas {1 bypass_globals, 2 throttle, 3 space}; SpaceQuota {1 soft_limit, 2 violation_policy, 3 remove}. */
function settings(bytes: Uint8Array): Setting[] {
  const found: Setting[] = [];
  readMessage(bytes, WHAT, 0, (tag, reader) => {
    if (tag === 8) {
      if (reader.bool()) found.push({ kind: 'bypass-globals' });
    } else if (tag === 18) found.push(...throttles(readBytes(reader)));
    else if (tag === 26) {
      const { numbers } = fields(readBytes(reader));
      if ((numbers.get(3) ?? 0n) === 0n) {
        found.push({ kind: 'space', limit: String(numbers.get(1) ?? 0n), policy: named(POLICIES, numbers.get(2)) });
      }
    } else return false;
    return true;
  });
  return found;
}

/** TimedQuota {1 time_unit, 2 soft_limit, 3 share, 4 scope: 1 CLUSTER, 2 MACHINE}. */
function throttles(bytes: Uint8Array): Setting[] {
  return [...fields(bytes).messages].map(([number, message]) => {
    const { numbers } = fields(message);
    return {
      kind: 'throttle',
      type: THROTTLES[number] ?? `UNKNOWN_${number}`,
      limit: String(numbers.get(2) ?? 0n),
      unit: named(UNITS, numbers.get(1)),
      scope: numbers.get(4) === 1n ? 'CLUSTER' : 'MACHINE',
    } as const;
  });
}

/** By field number: varints, and messages in messages. */
function fields(bytes: Uint8Array) {
  const numbers = new Map<number, bigint>();
  const messages = new Map<number, Uint8Array>();
  readMessage(bytes, WHAT, 0, (tag, reader) => {
    if ((tag & 7) === 0) numbers.set(tag >>> 3, readUint64(reader));
    else if ((tag & 7) === 2) messages.set(tag >>> 3, readBytes(reader));
    else return false;
    return true;
  });
  return { numbers, messages };
}

const named = (names: readonly string[], value: bigint | undefined): string =>
  names[Number(value ?? 0n)] || `UNKNOWN_${value ?? 0n}`;

function text(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new HBaseFormatError(WHAT, 0, 'a name that is not UTF-8');
  }
}
