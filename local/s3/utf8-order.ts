/**
 * Order of the UTF-8 bytes of two strings, which is S3's order of keys. It differs from JavaScript's order of UTF-16
 * units only where a surrogate meets a unit above the surrogates.
 */
export function compareUtf8(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const isXSurrogate = (x & 0xf800) === 0xd800;
    const isYSurrogate = (y & 0xf800) === 0xd800;
    return isXSurrogate === isYSurrogate ? x - y : isXSurrogate ? 1 : -1;
  }
  return a.length - b.length;
}
