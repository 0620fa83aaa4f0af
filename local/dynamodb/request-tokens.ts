import { createHash } from 'node:crypto';
import { ServiceError } from '../service.ts';
import type { RememberedToken } from './dynamodb-journal.ts';
import { validation } from './errors.ts';
import type { Input } from './request-expressions.ts';

const lifeMs = 10 * 60 * 1000;

/** ClientRequestTokens of transactions that were made: for ten minutes the same request does nothing again. */
export class RequestTokens implements Iterable<RememberedToken> {
  /** In the order in which they end. */
  readonly #tokens = new Map<string, RememberedToken>();

  /**
   * `repeated`: this very request was made already; else the token to remember with its effects, if it has one.
   * @throws ServiceError IdempotentParameterMismatchException for another request with a known token
   */
  read(input: Input, nowMs: number): RememberedToken | 'repeated' | undefined {
    if (input.ClientRequestToken === undefined) return undefined;
    const token = String(input.ClientRequestToken);
    if (token.length < 1 || token.length > 36)
      throw validation(
        `1 validation error detected: Value '${token}' at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36`,
      );
    const digest = requestDigest(input);
    const known = this.#tokens.get(token);
    if (!known || known.untilMs <= nowMs) return { token, digest, untilMs: nowMs + lifeMs };
    if (known.digest === digest) return 'repeated';
    throw new ServiceError(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request.',
    );
  }

  remember(token: RememberedToken, nowMs: number): void {
    for (const [name, old] of this.#tokens) {
      if (old.untilMs > nowMs) break;
      this.#tokens.delete(name);
    }
    this.#tokens.delete(token.token);
    this.#tokens.set(token.token, token);
  }

  [Symbol.iterator](): Iterator<RememberedToken> {
    return this.#tokens.values();
  }
}

/** Equal requests have equal digests; the token itself is no part of the request. */
function requestDigest(input: Input): string {
  const canonical = JSON.stringify(input.TransactItems, (_, value: unknown) => {
    if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash('sha256').update(canonical).digest('hex');
}
