import { Buffer } from 'node:buffer';
import { HoldfastError } from '../errors/holdfast-error.ts';

const HINT = 'check the descriptor of the table in HBase: describe the table';

export class InvalidFamilyName extends HoldfastError {
  override readonly name = 'InvalidFamilyName';

  constructor(given: string) {
    super(`not the name of a column family: ${JSON.stringify(given.slice(0, 200))}`, HINT, {
      given: given.slice(0, 300),
    });
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const ILLEGAL = /[\u0000-\u001f\u007f-\u009f:/\\\uFFFD]/;

/** ColumnFamilyDescriptorBuilder.isLegalColumnFamilyName; 127 bytes is what a cell's length byte holds. @throws InvalidFamilyName */
export function checkFamilyName(name: string): string {
  const illegal =
    name === '' ||
    name.startsWith('.') ||
    name === 'recovered.edits' ||
    ILLEGAL.test(name) ||
    Buffer.byteLength(name) > 127;
  if (illegal) throw new InvalidFamilyName(name);
  return name;
}
