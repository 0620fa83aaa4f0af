import type { BackupId } from '../backup-id.ts';
import { compareUtf8 } from '../hbase/utf8-order.ts';

/** A file by the place of its bytes. */
export interface HeldFile {
  readonly path: string;
  readonly size: number;
  readonly holder: BackupId;
}

/**
 * Streams the files that images list which go, and those that images list which stay, both ascending by path, and says of
 * each file once whether it is still listed. Memory: the files of one path.
 */
export async function* listedOrNot(
  going: AsyncIterable<HeldFile>,
  staying: AsyncIterable<HeldFile>,
): AsyncGenerator<HeldFile & { readonly isListed: boolean }> {
  const gone = byPath(going);
  const kept = byPath(staying);
  try {
    let a = await gone.next();
    let b = await kept.next();
    while (!a.done || !b.done) {
      const order = a.done ? 1 : b.done ? -1 : compareUtf8(a.value[0]!.path, b.value[0]!.path);
      const stays = order >= 0 && !b.done ? b.value : [];
      for (const file of stays) yield { ...file, isListed: true };
      for (const file of order <= 0 && !a.done ? a.value : []) {
        if (!stays.some(({ holder }) => holder === file.holder)) yield { ...file, isListed: false };
      }
      if (order <= 0) a = await gone.next();
      if (order >= 0) b = await kept.next();
    }
  } finally {
    await gone.return(undefined);
    await kept.return(undefined);
  }
}

/** Files of one path at a time, each holder's once. */
async function* byPath(files: AsyncIterable<HeldFile>): AsyncGenerator<HeldFile[]> {
  let group: HeldFile[] = [];
  for await (const file of files) {
    if (group[0] !== undefined && group[0].path !== file.path) {
      yield group;
      group = [];
    }
    if (!group.some(({ holder }) => holder === file.holder)) group.push(file);
  }
  if (group.length > 0) yield group;
}
