import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';

/** What an answer means for the next try. */
export type Verdict =
  /** Final: the caller interprets it. */
  | 'final'
  /** Safe and useful to ask again: throttled, conflict, 5xx, connection lost. */
  | 'again';

const AGAIN = new Set([
  'SlowDown',
  'ThrottlingException',
  'Throttling',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'ProvisionedThroughputExceededException',
  'TransactionInProgressException',
  'ConditionalRequestConflict',
  'OperationAborted',
  'InternalError',
  'InternalServerError',
  'ServiceUnavailable',
  'RequestTimeout',
  'RequestTimeoutException',
  // 403; the SDK has corrected its clock by then.
  'RequestTimeTooSkewed',
  'TimeoutError',
  'BadGateway',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Codes of Node itself (ERR_INVALID_ARG_TYPE …) say that a call was wrong. */
const SYSTEM_ERROR = /^E(?!RR_)[A-Z_]+$/;

/** Name, code and HTTP status of whatever the SDK threw. */
export function describeSdkError(error: unknown): { name: string; message: string; status: number | undefined } {
  const e = error as { name?: string; code?: string; message?: string; $metadata?: { httpStatusCode?: number } };
  const name = e?.name && e.name !== 'Error' ? e.name : (e?.code ?? e?.name ?? 'Unknown');
  return { name, message: e?.message ?? String(error), status: e?.$metadata?.httpStatusCode };
}

export function verdictOf(error: unknown): Verdict {
  const { name, status } = describeSdkError(error);
  if (
    AGAIN.has(name) ||
    ((error as { code?: string })?.code !== undefined && AGAIN.has((error as { code: string }).code))
  )
    return 'again';
  // No answer at all, and the system's name for why (EAI_AGAIN, ENOTFOUND, EHOSTUNREACH …): the connection, not the call.
  if (status === undefined) return SYSTEM_ERROR.test((error as { code?: string })?.code ?? '') ? 'again' : 'final';
  return status >= 500 ? 'again' : 'final';
}

const FIRST_MS = 100;
const LONGEST_MS = 10_000;
/** Eight tries with full jitter: gives up after at most 23 seconds of waiting (about 11 on average). */
export const TRIES = 8;

/**
 * The one retry loop of the product (the SDK's own is off). Full jitter, doubling from 200 ms to 10 s.
 * Throws the last error when the tries are used up.
 */
export async function retrying<T>(
  world: { clock: Clock; ids: Ids },
  call: () => Promise<T>,
  verdict: (error: unknown) => Verdict = verdictOf,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= TRIES || verdict(error) === 'final') throw error;
      await world.clock.sleep(world.ids.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt));
    }
  }
}
