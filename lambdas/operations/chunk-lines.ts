import { LinesDamaged, readCompressedLines } from '../../core/compressed-lines.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/**
 * The lines of one chunk's file in the work bucket; `undefined` if there is none.
 * @throws UnknownAnswer if it is damaged
 */
export async function findChunkLines(
  objects: Pick<ObjectStore, 'getStream'>,
  bucket: string,
  key: string,
): Promise<string[] | undefined> {
  const pieces = await objects.getStream(bucket, key);
  if (pieces === undefined) return undefined;
  const lines: string[] = [];
  try {
    for await (const line of readCompressedLines(pieces)) lines.push(line);
  } catch (error) {
    if (!(error instanceof LinesDamaged)) throw error;
    throw new UnknownAnswer(`s3://${bucket}/${key} is damaged: ${error.message}`, 'start it again', { key });
  }
  return lines;
}

/** @throws UnknownAnswer if it is missing */
export async function readChunkLines(
  objects: Pick<ObjectStore, 'getStream'>,
  bucket: string,
  key: string,
): Promise<string[]> {
  const lines = await findChunkLines(objects, bucket, key);
  if (lines === undefined) throw new UnknownAnswer(`s3://${bucket}/${key} is missing`, 'start it again', { key });
  return lines;
}
