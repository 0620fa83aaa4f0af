import { expect, it } from 'vitest';
import { verdictOf } from '../../../../lambdas/adapters/retry.ts';

const thrown = (name: string, more: object = {}) => Object.assign(new Error(name), { name }, more);
const answered = (name: string, httpStatusCode: number) => thrown(name, { $metadata: { httpStatusCode } });
const system = (code: string) => Object.assign(new Error(code), { code });

it.each(['EAI_AGAIN', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN', 'ECONNRESET', 'EPIPE'])(
  'a connection that failed with %s is tried again',
  (code) => expect(verdictOf(system(code))).toBe('again'),
);

it('answers that a later try may change are tried again, others are final', () => {
  expect(verdictOf(answered('RequestTimeTooSkewed', 403))).toBe('again');
  expect(verdictOf(answered('Whatever', 502))).toBe('again');
  expect(verdictOf(answered('SlowDown', 400))).toBe('again');
  expect(verdictOf(answered('AccessDenied', 403))).toBe('final');
  expect(verdictOf(answered('NoSuchKey', 404))).toBe('final');
});

it('what failed before anything was sent is final', () => {
  expect(verdictOf(system('ERR_INVALID_ARG_TYPE'))).toBe('final');
  expect(verdictOf(thrown('CredentialsProviderError'))).toBe('final');
  expect(verdictOf(new TypeError('x'))).toBe('final');
});
