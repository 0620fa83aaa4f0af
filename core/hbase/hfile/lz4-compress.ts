import { Buffer } from 'node:buffer';

const HASH_BITS = 14;
/** Of LZ4's format: no match begins within the last 12 bytes of a block nor reaches into its last 5. */
const LAST_MATCH_DISTANCE = 12;
const LAST_LITERALS = 5;

const heads = new Int32Array(1 << HASH_BITS);

/** One LZ4 block (no frame) of `source`: greedy, one candidate per hash. */
export function compressLz4Block(source: Uint8Array): Buffer {
  const target = Buffer.allocUnsafe(source.length + Math.ceil(source.length / 255) + 16);
  const matchLimit = source.length - LAST_LITERALS;
  heads.fill(-1);
  let anchor = 0;
  let i = 0;
  let o = 0;
  // The longer nothing was found, the larger the steps: random values pass at the speed of a copy.
  let misses = 0;
  while (i < source.length - LAST_MATCH_DISTANCE) {
    const word = word32(source, i);
    const hash = Math.imul(word, 0x9e3779b1) >>> (32 - HASH_BITS);
    const candidate = heads[hash]!;
    heads[hash] = i;
    if (candidate < 0 || i - candidate > 65535 || word32(source, candidate) !== word) {
      i += 1 + (misses++ >>> 6);
      continue;
    }
    misses = 0;
    let length = 4;
    while (i + length < matchLimit && source[candidate + length] === source[i + length]) length++;
    o = putLiterals(source, anchor, i, Math.min(length - 4, 15), target, o);
    target[o++] = (i - candidate) & 255;
    target[o++] = (i - candidate) >>> 8;
    if (length >= 19) o = putRest(target, o, length - 19);
    i += length;
    anchor = i;
  }
  o = putLiterals(source, anchor, source.length, 0, target, o);
  return target.subarray(0, o);
}

/** The token, with the low half as given, and the literals. */
function putLiterals(source: Uint8Array, from: number, to: number, low: number, target: Uint8Array, at: number) {
  const length = to - from;
  target[at] = (Math.min(length, 15) << 4) | low;
  const o = length < 15 ? at + 1 : putRest(target, at + 1, length - 15);
  target.set(source.subarray(from, to), o);
  return o + length;
}

function putRest(target: Uint8Array, at: number, rest: number): number {
  let o = at;
  let left = rest;
  for (; left >= 255; left -= 255) target[o++] = 255;
  target[o++] = left;
  return o;
}

function word32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
