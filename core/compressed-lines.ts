import { Readable } from 'node:stream';
import { constants, createZstdDecompress, zstdCompressSync } from 'node:zlib';

/** Longest line, in characters: what a thousand files can have wrong with them. */
const MAX_LINE = 4 * 1024 * 1024;

/** Lines (without their ends) as one zstd frame of `line LF` each; the checksum of the frame is on. */
export function compressLines(lines: Iterable<string>): Buffer {
  let text = '';
  for (const line of lines) text += `${line}\n`;
  return zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
}

/** The bytes are no zstd frame of ended lines. Where they lie, whoever reads them says. */
export class LinesDamaged extends Error {
  override readonly name = 'LinesDamaged';
}

/**
 * The lines of a zstd frame that comes in pieces, one at a time and never the whole in memory.
 * A frame that is cut short may end early without an error: whoever reads compares count and digest.
 * @throws LinesDamaged, and what `pieces` throws
 */
export async function* readCompressedLines(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<string> {
  const source = Readable.from(pieces, { objectMode: true });
  const text = createZstdDecompress();
  let failure: Error | undefined;
  source.on('error', (error) => {
    failure = error;
    text.destroy(error);
  });
  source.pipe(text);
  text.setEncoding('utf8');
  let rest = '';
  try {
    for await (const piece of text as AsyncIterable<string>) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw new LinesDamaged(`a line of more than ${MAX_LINE} characters`);
      yield* lines;
    }
  } catch (error) {
    if (failure !== undefined || error instanceof LinesDamaged) throw failure ?? error;
    throw (error as { code?: unknown }).code === undefined ? error : new LinesDamaged((error as Error).message);
  } finally {
    source.destroy();
    text.destroy();
  }
  if (rest !== '') throw new LinesDamaged('the last line has no end');
}
