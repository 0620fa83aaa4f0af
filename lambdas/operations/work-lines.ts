import { LinesDamaged, readCompressedLines } from '../../core/compressed-lines.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** The lines of a list in the work bucket, streamed. @throws UnknownAnswer if it is missing or damaged */
export async function* workLines(
  objects: Pick<ObjectStore, 'getStream'>,
  bucket: string,
  key: string,
): AsyncGenerator<string, void> {
  const damaged = (why: string) => new UnknownAnswer(`s3://${bucket}/${key} ${why}`, 'start it again', { key });
  const pieces = await objects.getStream(bucket, key);
  if (pieces === undefined) throw damaged('is missing');
  try {
    yield* readCompressedLines(pieces);
  } catch (error) {
    throw error instanceof LinesDamaged ? damaged(`cannot be read: ${error.message}`) : error;
  }
}
