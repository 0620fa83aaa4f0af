import { constants, createZstdCompress } from 'node:zlib';
import { TextDigest } from './digest.ts';

/** How much text is gathered before it goes into the compressor, in characters. */
const PIECE = 256 * 1024;

/** What a list of lines became. */
export interface CompressedList {
  /** One zstd frame with its checksum; a reader of this format takes no second one. */
  readonly bytes: Buffer;
  readonly lines: number;
  /** Of the text: every line with its LF. */
  readonly sha256: string;
}

/**
 * Compresses lines as they come; only the compressed bytes stay in memory. The frame is the same for the same lines,
 * so that a step that runs twice writes the same object (I10).
 */
export class LineCompressor {
  readonly #stream = createZstdCompress({
    params: { [constants.ZSTD_c_checksumFlag]: 1, [constants.ZSTD_c_compressionLevel]: 1 },
  });
  readonly #pieces: Buffer[] = [];
  readonly #ended: Promise<void>;
  readonly #digest = new TextDigest();
  #text: string[] = [];
  #length = 0;
  #lines = 0;

  constructor() {
    this.#stream.on('data', (piece: Buffer) => this.#pieces.push(piece));
    this.#ended = new Promise((resolve, reject) => this.#stream.on('end', resolve).on('error', reject));
    // Whoever drops the compressor half way has an error of its own to show.
    this.#ended.catch(() => {});
  }

  get lines(): number {
    return this.#lines;
  }

  /** A line without its end. Await the answer when there is one: the compressor is behind. */
  add(line: string): Promise<void> | undefined {
    this.#lines++;
    this.#length += this.#text.push(line) && line.length;
    return this.#length < PIECE ? undefined : this.#flush();
  }

  async end(): Promise<CompressedList> {
    await this.#flush();
    this.#stream.end();
    await this.#ended;
    return { bytes: Buffer.concat(this.#pieces), lines: this.#lines, sha256: this.#digest.hex() };
  }

  async #flush(): Promise<void> {
    if (this.#text.length === 0) return;
    const text = `${this.#text.join('\n')}\n`;
    this.#text = [];
    this.#length = 0;
    this.#digest.update(text);
    if (this.#stream.write(text)) return;
    // `#ended` fails with the stream's error; it cannot end before this.
    await Promise.race([new Promise<void>((resolve) => this.#stream.once('drain', resolve)), this.#ended]);
  }
}
