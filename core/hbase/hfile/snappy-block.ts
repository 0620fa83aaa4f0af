/**
 * Decompresses one raw Snappy block into `target` from `at` on and answers where the output ends. Every length is
 * compared with both ends before it is used: the library at hand loops for ever on a literal of negative length.
 * @throws RangeError if the block reads or writes outside of its bounds
 */
export function decompressSnappyBlock(source: Uint8Array, target: Uint8Array, at: number): number {
  let [size, i] = announcedSize(source);
  const end = at + size;
  if (end > target.length) throw new RangeError(`announces ${size} bytes, more than its frame`);
  let o = at;
  while (i < source.length) {
    const tag = source[i++]!;
    if ((tag & 3) === 0) {
      let length = tag >>> 2;
      if (length >= 60) {
        const bytes = length - 59;
        length = littleEndian(source, i, bytes);
        i += bytes;
      }
      length++;
      if (i + length > source.length || o + length > end) throw new RangeError('literal outside of the block');
      target.set(source.subarray(i, i + length), o);
      i += length;
      o += length;
      continue;
    }
    const isShort = (tag & 3) === 1;
    const bytes = isShort ? 1 : (tag & 3) === 2 ? 2 : 4;
    const distance = littleEndian(source, i, bytes) + (isShort ? (tag >>> 5) * 256 : 0);
    const length = isShort ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    i += bytes;
    if (distance === 0 || distance > o - at || o + length > end) throw new RangeError('copy outside of the block');
    // Byte by byte, because a copy may overlap what it writes.
    for (const stop = o + length; o < stop; o++) target[o] = target[o - distance]!;
  }
  if (o !== end) throw new RangeError(`${o - at} bytes, announced were ${size}`);
  return o;
}

function announcedSize(source: Uint8Array): [size: number, next: number] {
  let size = 0;
  for (let i = 0; i < 5 && i < source.length; i++) {
    size += (source[i]! & 127) * 128 ** i;
    if (source[i]! < 128) return [size, i + 1];
  }
  throw new RangeError('ends inside its length');
}

function littleEndian(source: Uint8Array, at: number, bytes: number): number {
  if (at + bytes > source.length) throw new RangeError('ends inside a tag');
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + source[at + i]!;
  return value;
}
