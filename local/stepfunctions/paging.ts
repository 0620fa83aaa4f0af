import { ServiceError } from '../service.ts';

/** A page of a list: the token is the position, so it means the same list only while nothing is added before it. */
export function page<T>(
  all: readonly T[],
  input: Readonly<Record<string, unknown>>,
  most = 1000,
): { items: T[]; nextToken: { nextToken?: string } } {
  const size =
    input.maxResults === undefined || input.maxResults === 0 ? Math.min(100, most) : Number(input.maxResults);
  if (!Number.isInteger(size) || size < 1 || size > most) {
    throw new ServiceError('ValidationException', `Value at 'maxResults' must be between 0 and ${most}`);
  }
  const from = input.nextToken === undefined ? 0 : Number(input.nextToken);
  if (!Number.isInteger(from) || from < 0)
    throw new ServiceError('InvalidToken', `Invalid Token: '${input.nextToken}'`);
  const end = from + size;
  return { items: all.slice(from, end), nextToken: end < all.length ? { nextToken: String(end) } : {} };
}
