import { LruDictionary } from '../wal/lru-dictionary.ts';
import type { ByteReader } from './byte-reader.ts';
import type { GrowingBytes } from './growing-bytes.ts';

/** TagCompressionContext as BufferedDataBlockEncoder makes it, anew for each block. */
const DICTIONARY_ITEMS = 127;

/** Reads the tags of one cell after the other and appends them as a plain block has them: uint16 length, tags. */
export class EncodedTags {
  readonly #dictionary: LruDictionary | undefined;

  constructor(isCompressed: boolean) {
    this.#dictionary = isCompressed ? new LruDictionary(DICTIONARY_ITEMS) : undefined;
  }

  /** @throws RangeError */
  copy(source: ByteReader, target: GrowingBytes): void {
    const length = source.compressedInt();
    if (length > 0xffff) throw new RangeError(`tags of ${length} bytes`);
    target.reserve(2 + length);
    target.length = target.bytes.writeUInt16BE(length, target.length);
    if (this.#dictionary === undefined) {
      const at = source.skip(length);
      target.append(source.bytes.subarray(at, at + length));
      return;
    }
    const end = target.length + length;
    while (target.length < end) {
      const tag = this.#item(source, this.#dictionary);
      if (target.length + 2 + tag.length > end) throw new RangeError('a tag beyond the tags of its cell');
      target.length = target.bytes.writeUInt16BE(tag.length, target.length);
      target.append(tag);
    }
    this.#dictionary.commit();
  }

  #item(source: ByteReader, dictionary: LruDictionary): Uint8Array {
    const status = source.byte();
    if (status < 128) {
      const item = dictionary.use((status << 8) | source.byte());
      if (item === undefined) throw new RangeError('a tag that the dictionary does not have');
      return item;
    }
    if (status !== 255) throw new RangeError(`status ${status} of a tag`);
    const length = source.compressedInt();
    const at = source.skip(length);
    if (length > 0) dictionary.add(source.bytes, at, at + length);
    return source.bytes.subarray(at, at + length);
  }
}
