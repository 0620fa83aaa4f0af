import { Buffer } from 'node:buffer';
import { printable } from './printable.ts';

/**
 * A string of Ruby with exactly these bytes (UTF-8 of a text). What a reader can see stands in single quotes, where
 * Ruby knows two escapes and no interpolation; anything else byte by byte in double quotes, so that neither a name nor
 * a qualifier of others can end the literal, the line or a comment, or move a terminal's cursor.
 */
export function rubyLiteral(value: string | Uint8Array): string {
  const bytes = Buffer.from(value as string);
  const text = bytes.toString();
  const isText = Buffer.from(text).equals(bytes) && text.isWellFormed() && printable(text) === text;
  if (isText && !text.includes('\u2028')) return `'${text.replace(/[\\']/g, '\\$&')}'`;
  return `"${Array.from(bytes, escaped).join('')}"`;
}

const escaped = (byte: number): string =>
  byte >= 0x20 && byte < 0x7f && !'"\\#'.includes(String.fromCharCode(byte))
    ? String.fromCharCode(byte)
    : `\\x${byte.toString(16).padStart(2, '0').toUpperCase()}`;
