/**
 * Decompresses one LZ4 block (no frame) into `target` from `at` on and answers where the output ends.
 * @throws RangeError if the block reads or writes outside of its bounds
 */
export function decompressLz4Block(source: Uint8Array, target: Uint8Array, at: number): number {
  const start = at;
  let i = 0;
  let o = at;
  while (i < source.length) {
    const token = source[i++]!;
    let literals = token >>> 4;
    if (literals === 15) [literals, i] = extended(source, i);
    if (i + literals > source.length || o + literals > target.length)
      throw new RangeError('literals outside of the block');
    target.set(source.subarray(i, i + literals), o);
    i += literals;
    o += literals;
    if (i === source.length) return o;
    const distance = source[i]! | ((source[i + 1] ?? 0) << 8);
    i += 2;
    let length = token & 15;
    if (length === 15) [length, i] = extended(source, i);
    length += 4;
    if (i > source.length || distance === 0 || o - distance < start || o + length > target.length) {
      throw new RangeError('match outside of the block');
    }
    // Byte by byte, because a match may overlap what it writes.
    for (const end = o + length; o < end; o++) target[o] = target[o - distance]!;
  }
  throw new RangeError('does not end with literals');
}

function extended(source: Uint8Array, at: number): [number, number] {
  let length = 15;
  for (let i = at; i < source.length; i++) {
    const byte = source[i]!;
    length += byte;
    if (byte !== 255) return [length, i + 1];
  }
  throw new RangeError('ends inside a length');
}
