import { Buffer } from 'node:buffer';
import { InvalidInput } from '../errors/input-errors.ts';

/**
 * Bytes of a row key or qualifier as a person types it in the HBase shell (Bytes.toBytesBinary): `\x00` is a byte, all
 * else UTF-8. HBase leaves out a `\x` without two hex digits; here it is refused.
 * @throws InvalidInput
 */
export function parseBytesBinary(text: string, field: string): Buffer {
  const parts = text.split(/\\x([0-9a-fA-F]{2})/);
  const bytes = Buffer.concat(parts.map((part, i) => Buffer.from(part, i % 2 === 1 ? 'hex' : 'utf8')));
  const broken = parts.find((part, i) => i % 2 === 0 && part.includes('\\x'));
  if (broken === undefined) return bytes;
  throw new InvalidInput(`${field}: \\x is not followed by two hex digits in ${text}`, 'a backslash itself is \\x5C', {
    field,
  });
}

/** Bytes.toStringBinary: ASCII that prints stands as it is, every other byte and the backslash as `\x5C`. */
export function formatBytesBinary(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x5c;
    text += isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
