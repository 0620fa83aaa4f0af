import { createHash, type Hash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Json } from './json.ts';

const HASHES: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/**
 * The functions that Step Functions adds to JSONata ("JSONata functions provided by Step Functions"), and those that
 * read time or chance, taken from what was injected. An undefined argument gives undefined, as in JSONata.
 */
export function jsonataFunctions(source: {
  readonly clock: Clock;
  readonly random: () => number;
  readonly ids: () => string;
}): Record<string, unknown> {
  return {
    partition: (items: Json[] | undefined, size: number) => items && partition(items, size),
    range,
    hash: (text: Json | undefined, algorithm: string) => (text === undefined ? undefined : hash(text, algorithm)),
    random: (seed?: number) => (seed === undefined ? source.random() : seeded(seed)),
    uuid: () => source.ids(),
    parse: (text: string | undefined) => (text === undefined ? undefined : (JSON.parse(text) as Json)),
    millis: () => source.clock.now(),
    now: () => new Date(source.clock.now()).toISOString(),
    eval: () => {
      throw new Error('$eval is not supported');
    },
  };
}

function partition(items: Json[], size: number): Json[][] {
  if (!Number.isInteger(size) || size < 1) throw new Error('$partition needs a positive chunk size');
  const list = Array.isArray(items) ? items : [items];
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}

function range(first: number, last: number, step: number): number[] {
  if (![first, last, step].every(Number.isInteger) || step === 0) throw new Error('$range needs whole numbers');
  const length = Math.max(0, Math.floor((last - first) / step) + 1);
  if (length > 1000) throw new Error('$range makes at most 1000 elements');
  return Array.from({ length }, (_, at) => first + at * step);
}

function hash(text: Json, algorithm = ''): string {
  const name = HASHES[algorithm];
  if (!name) throw new Error(`$hash: unknown algorithm ${algorithm}`);
  const digest: Hash = createHash(name);
  return digest.update(typeof text === 'string' ? text : JSON.stringify(text)).digest('hex');
}

/** The same seed gives the same number (mulberry32; the service's own generator is not published). */
function seeded(seed: number): number {
  let a = (Math.trunc(seed) + 0x6d2b79f5) | 0;
  a = Math.imul(a ^ (a >>> 15), a | 1);
  a ^= a + Math.imul(a ^ (a >>> 7), a | 61);
  return ((a ^ (a >>> 14)) >>> 0) / 4294967296;
}
