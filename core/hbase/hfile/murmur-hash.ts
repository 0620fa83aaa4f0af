const M = 0x5bd1e995;

/**
 * HBase's MurmurHash, which its bloom filters use: MurmurHash2 whose tail bytes are Java's, that is signed.
 * Answers a signed 32-bit number.
 */
export function murmurHash(bytes: Uint8Array, start: number, end: number, seed: number): number {
  const length = end - start;
  let h = seed ^ length;
  let i = start;
  for (const stop = end - 3; i < stop; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const left = end - i;
  if (left > 0) {
    if (left >= 3) h ^= signed(bytes[i + 2]!) << 16;
    if (left >= 2) h ^= signed(bytes[i + 1]!) << 8;
    h = Math.imul(h ^ signed(bytes[i]!), M);
  }
  h ^= h >>> 13;
  h = Math.imul(h, M);
  return h ^ (h >>> 15);
}

function signed(byte: number): number {
  return (byte << 24) >> 24;
}
