/** Copies `source[start, end)` to `target` at `at`. A plain view is made faster than Buffer's subarray, which counts for cells. */
export function copyBytes(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): void {
  target.set(new Uint8Array(source.buffer, source.byteOffset + start, end - start), at);
}
