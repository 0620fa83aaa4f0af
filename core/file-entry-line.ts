import { ImageDamaged } from './errors/image-errors.ts';
import type { FileEntry } from './file-entry.ts';
import { parseLayoutPath } from './hbase/layout.ts';

const BACKUP_ID = /^backup_\d{13}$/;

/** One line of a file list, without its end: canonical JSON, so that one list has one digest. */
export function writeFileEntry({ checksum, etag, holder, path, size, source }: FileEntry): string {
  // Members in canonical order by hand: a list has a million lines, and sorting them takes most of the time.
  return JSON.stringify({
    checksum: { algorithm: checksum.algorithm, value: checksum.value },
    etag,
    holder,
    path,
    size,
    source: { area: source.area, clusterId: source.clusterId, etag: source.etag },
  });
}

/**
 * Reads one line of a file list. By hand and not by schema: lists have a million lines.
 * The path is checked to be that of a store file, since keys of other buckets are built from it.
 * @throws ImageDamaged
 */
export function readFileEntry(line: string, where: string): FileEntry {
  const damaged = (why: string) =>
    new ImageDamaged(`${where}: ${why}: ${line.slice(0, 200)}`, 'restore an older image; holdfast history shows them', {
      where,
    });
  let entry: FileEntry;
  try {
    entry = JSON.parse(line);
  } catch {
    throw damaged('a line that is no JSON');
  }
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
  if (!isText(entry?.path) || !isText(entry.etag)) throw damaged('a file without path or ETag');
  if (!Number.isSafeInteger(entry.size) || entry.size < 0) throw damaged('a file without a size');
  if (!isText(entry.holder) || !BACKUP_ID.test(entry.holder)) throw damaged('a file without a holder');
  if (entry.checksum?.algorithm !== 'CRC64NVME' || !isText(entry.checksum.value)) {
    throw damaged('a file without a CRC64NVME checksum');
  }
  if (!isText(entry.source?.clusterId) || !isText(entry.source.etag)) throw damaged('a file without a source');
  try {
    if (parseLayoutPath(`data/${entry.path}`).kind !== 'store-file') throw new Error();
  } catch {
    throw damaged('a path that is not <ns>/<table>/<region>/<family>/<file>');
  }
  return entry;
}
