import type { HFileSource } from '../../core/hbase/hfile/hfile-source.ts';

/**
 * A file in memory that reads nothing outside of itself and not for ever: what a hang would be is an error here. Every
 * answer is memory of its own, so that nobody looks past what he asked for.
 */
export function guardedSource(bytes: Uint8Array, mostReads: number): HFileSource {
  let reads = 0;
  return {
    sizeBytes: bytes.length,
    read: async (offset, length) => {
      if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length))
        throw new Error(`${length} bytes were asked for at ${offset}, there are ${bytes.length}`);
      if (++reads > mostReads) throw new Error(`more than ${mostReads} reads of a file of ${bytes.length} bytes`);
      return Uint8Array.from(bytes.subarray(offset, offset + length));
    },
  };
}
