import { ImageDamaged } from '../../errors/image-errors.ts';
import { HFileCorrupt } from '../hfile/hfile-corrupt.ts';
import type { HFileSource } from '../hfile/hfile-source.ts';
import { HFileUnreadable } from '../hfile/hfile-unreadable.ts';

/** A file of an image, with a name for messages. */
export interface StoredFile extends HFileSource {
  readonly where: string;
}

/** Opens the file of that path below an image's `data/`. @throws ImageDamaged if the image does not list it so */
export type OpenStored = (path: string, size: number) => StoredFile;

/** What reading a file threw, with the file's name. */
export function namedFailure(error: unknown, where: string): unknown {
  if (error instanceof HFileCorrupt) {
    return new ImageDamaged(
      `${where}: ${error.message}`,
      'holdfast verify --deep finds all such files; scan an older image',
      {
        where,
        offset: error.offset,
      },
    );
  }
  if (error instanceof HFileUnreadable) return new HFileUnreadable(`${where}: ${error.reason}`);
  return error;
}
