import type { Random } from './random.ts';

/** Lengths, counts and offsets that once broke a reader somewhere: of two, four and eight bytes, and varints of both kinds. */
const LENGTHS = [
  '00',
  '7f',
  '80',
  '87',
  '88',
  '8f',
  'ff',
  '7fff',
  '8000',
  'ffff',
  '8001',
  '00000000',
  'ffffffff',
  '7fffffff',
  '80000000',
  '00100000',
  '0fffffff',
  'ffffffff07',
  'ffffffff0f',
  '808080808000',
  'ffffffffffffffffff01',
  '7fffffffffffffff',
  '8000000000000000',
  '0000000000000001',
  'ffffffffffffffff',
];

/** Bytes with `removed` of them at `at` replaced. */
export function replaced(bytes: Uint8Array, at: number, removed: number, put: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(Math.min(bytes.length, at + removed))]);
}

type Change = (random: Random, bytes: Uint8Array, at: number) => Uint8Array;

/** Changes that leave the length as it is. */
const IN_PLACE: readonly Change[] = [
  function flipBit(random, bytes, at) {
    return replaced(bytes, at, 1, Uint8Array.of(bytes[at]! ^ (1 << random.below(8))));
  },
  function setByte(random, bytes, at) {
    return replaced(bytes, at, 1, Uint8Array.of(random.below(256)));
  },
  function overwriteLength(random, bytes, at) {
    const length = Buffer.from(random.of(LENGTHS), 'hex').subarray(0, bytes.length - at);
    return replaced(bytes, at, length.length, length);
  },
  function addSome(random, bytes, at) {
    return replaced(bytes, at, 1, Uint8Array.of(bytes[at]! + random.of([1, 2, 255, 254, 128])));
  },
  function fill(random, bytes, at) {
    const length = Math.min(bytes.length - at, 1 + random.below(random.of([4, 64])));
    return replaced(bytes, at, length, Buffer.alloc(length, random.of([0, 0xa5, 0xff])));
  },
];

const MOVING: readonly Change[] = [
  function insertLength(random, bytes, at) {
    return replaced(bytes, at, 0, Buffer.from(random.of(LENGTHS), 'hex'));
  },
  function remove(random, bytes, at) {
    return replaced(bytes, at, 1 + random.below(random.of([2, 40, 1000])), new Uint8Array());
  },
  function repeat(random, bytes, at) {
    return replaced(bytes, at, 0, bytes.subarray(at, at + 1 + random.below(200)));
  },
  function swap(random, bytes, at) {
    const from = random.below(bytes.length);
    return replaced(bytes, at, 1 + random.below(30), bytes.subarray(from, from + 1 + random.below(30)));
  },
  function cut(_, bytes, at) {
    return bytes.subarray(0, at);
  },
];

/** One change at `at`, or anywhere. */
export function changed(random: Random, bytes: Uint8Array, at?: number): Uint8Array {
  if (bytes.length === 0) return Buffer.from(random.of(LENGTHS), 'hex');
  const place = Math.min(bytes.length - 1, at ?? random.below(bytes.length));
  return random.of(random.below(3) === 0 ? MOVING : IN_PLACE)(random, bytes, place);
}
