import type { FileEntry } from '../../core/file-entry.ts';
import { HFileCorrupt } from '../../core/hbase/hfile/hfile-corrupt.ts';
import { HFileReader } from '../../core/hbase/hfile/hfile-reader.ts';
import { HFileUnreadable } from '../../core/hbase/hfile/hfile-unreadable.ts';
import { dataKey } from '../../core/image-layout.ts';
import { type FamilyTraits, isToldByFiles } from '../../core/plan/logs/family-settings.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { LogParent } from './log-parents.ts';

/** Files of a family that are looked at, from its whole list. */
const MOST_FILES = 8;
/** The file info is in there but for files with a large index. */
const TAIL_BYTES = 32 << 10;

/**
 * Family → what the files that the parent lists of it say of how its cluster writes: of up to eight, spread over the
 * list, the ends are read. Files that do not agree say nothing. Families whose descriptor says all are not looked at.
 * @throws ImageDamaged; UnknownAnswer if a file cannot be read
 */
export async function familyTraits(
  objects: Pick<ObjectStore, 'getRange'>,
  { image, manifest, table, snapshot }: LogParent,
): Promise<ReadonlyMap<string, FamilyTraits>> {
  const { tableSchema } = snapshot;
  const asked = new Map(
    tableSchema.families.filter((one) => isToldByFiles(tableSchema, one)).map(({ name }) => [name, new Sample()]),
  );
  const traits = new Map<string, FamilyTraits>();
  if (asked.size === 0) return traits;
  for await (const entry of image.files(manifest, table)) asked.get(entry.path.split('/')[3] ?? '')?.add(entry);
  for (const [family, { kept }] of asked) {
    const readers = await Promise.all(kept.map(opened));
    traits.set(family, {
      zstdFraming: theOne(readers.map((reader) => reader?.zstdFraming)),
      bloomPrefixBytes: theOne(readers.map((reader) => reader?.bloomPrefixBytes)),
    });
  }
  return traits;

  async function opened(entry: FileEntry): Promise<HFileReader | undefined> {
    const { bucket } = image.root;
    const key = dataKey(image.root, entry.holder, entry.path);
    const read = (offset: number, length: number) => objects.getRange(bucket, key, offset, length, entry.etag);
    try {
      return await HFileReader.open({ sizeBytes: entry.size, read }, { tailBytes: TAIL_BYTES });
    } catch (error) {
      // It says nothing of how others are written; whether it is damaged is for verify to find.
      if (error instanceof HFileCorrupt || error instanceof HFileUnreadable) return undefined;
      throw error;
    }
  }
}

/** What all of them say that say anything. */
function theOne<T>(said: readonly (T | undefined)[]): T | undefined {
  const [first, ...others] = new Set(said.filter((one) => one !== undefined));
  return others.length === 0 ? first : undefined;
}

/** Some of many, evenly spread, however many there are. */
class Sample {
  kept: FileEntry[] = [];
  #seen = 0;
  #stride = 1;

  add(entry: FileEntry): void {
    if (this.#seen++ % this.#stride !== 0) return;
    this.kept.push(entry);
    if (this.kept.length <= MOST_FILES) return;
    this.kept = this.kept.filter((_, i) => i % 2 === 0);
    this.#stride *= 2;
  }
}
