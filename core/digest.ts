import { createHash } from 'node:crypto';

/** SHA-256 as lower-case hex. */
export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** SHA-256 of a text that comes in pieces. */
export class TextDigest {
  readonly #hash = createHash('sha256');

  update(text: string): void {
    this.#hash.update(text);
  }

  hex(): string {
    return this.#hash.digest('hex');
  }
}
