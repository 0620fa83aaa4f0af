import { createHash } from 'node:crypto';

/** How closely one file is looked at: listed; its checksum asked too; read whole too. */
export type CheckDepth = 'list' | 'checksum' | 'read';

/**
 * Decides for every file, in the order of a list, how closely it is looked at. The same seed and paths give the same
 * sample. With a limit of bytes the sample shrinks so that it spreads over the whole image instead of its beginning.
 */
export class CheckDepths {
  readonly #mode: 'quick' | 'checksums' | 'deep';
  readonly #seed: string;
  readonly #sampled: number;
  readonly #read: number;
  #bytesLeft: number;

  constructor(
    request: {
      readonly mode: 'quick' | 'checksums' | 'deep';
      /** Percent. */
      readonly sample: number;
      readonly seed: string;
      readonly maxBytes?: number | undefined;
    },
    imageBytes: number,
    /** Read already, of tables before. */
    readBefore = 0,
  ) {
    const { mode, sample, seed, maxBytes = Number.MAX_SAFE_INTEGER } = request;
    this.#mode = mode;
    this.#seed = seed;
    this.#sampled = sample / 100;
    this.#read = Math.min(this.#sampled, imageBytes === 0 ? 1 : maxBytes / imageBytes);
    this.#bytesLeft = maxBytes - readBefore;
  }

  of(file: { readonly path: string; readonly size: number }): CheckDepth {
    if (this.#mode === 'quick') return 'list';
    const lot = createHash('sha256').update(`${this.#seed}\0${file.path}`).digest().readUInt32BE(0) / 2 ** 32;
    if (lot >= this.#sampled) return 'list';
    if (this.#mode === 'checksums' || lot >= this.#read || file.size > this.#bytesLeft) return 'checksum';
    this.#bytesLeft -= file.size;
    return 'read';
  }
}
