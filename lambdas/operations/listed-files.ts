import type { BackupId } from '../../core/backup-id.ts';
import type { FileEntry } from '../../core/file-entry.ts';
import type { SealedRecord } from '../../core/image-choice.ts';
import type { Manifest, ManifestTable } from '../../core/manifest.ts';
import type { HeldFile } from '../../core/plan/listed-or-not.ts';
import { mergePlans } from '../../core/plan/merge-plans.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { atOnce } from './at-once.ts';
import { SealedImage } from './sealed-image.ts';

/** Lists whose first line is read at once: a root has images times tables of them. */
const FIRSTS_AT_ONCE = 16;

interface SealedList {
  readonly image: SealedImage;
  readonly manifest: Manifest;
  readonly table: ManifestTable;
}

/**
 * The files of several images whose bytes one of `holders` has, ascending by path, out of their sealed lists: streamed
 * and compared with their digests to the last line. Few lists are open at once, whatever the number of tables.
 * @throws ImageDamaged, ManifestVoided
 */
export async function* listedFiles(
  objects: ObjectStore,
  root: S3Uri,
  images: readonly SealedRecord[],
  holders: ReadonlySet<BackupId>,
): AsyncGenerator<HeldFile> {
  const lists: SealedList[] = [];
  for (const { id, manifestSha256 } of images) {
    const image = new SealedImage(objects, root, id);
    const manifest = await image.manifest(manifestSha256);
    for (const table of manifest.tables) if (table.files > 0) lists.push({ image, manifest, table });
  }
  const firsts = await atOnce(FIRSTS_AT_ONCE, lists, firstPath);
  const plans = lists.map((list, i) => ({ firstPath: firsts[i]!, open: () => shares(list) }));
  for await (const file of mergePlans(plans)) {
    if (file.action === 'share' && holders.has(file.holder)) {
      yield { path: file.path, size: file.size, holder: file.holder };
    }
  }
}

async function* shares({ image, manifest, table }: SealedList) {
  for await (const entry of image.files(manifest, table)) yield { action: 'share' as const, ...entry };
}

async function firstPath({ image, manifest, table }: SealedList): Promise<string> {
  let first: FileEntry | undefined;
  for await (const entry of image.files(manifest, table)) {
    first = entry;
    break;
  }
  return first?.path ?? '';
}
