import type { z } from 'zod';
import { TextDigest } from '../../core/digest.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { parseTableName, tablePath } from '../../core/hbase/table-name.ts';
import { compareUtf8 } from '../../core/hbase/utf8-order.ts';
import { bulkCopiesKey, indexKey, mergeResultKey } from '../../core/stack-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readChunkLines } from './chunk-lines.ts';
import { readWorkJson } from './read-work-json.ts';
import type { WalTable } from './wal-plan.ts';
import { bulkCopy, type MadeFile, madeFile, mergeChunkLine } from './wal-results.ts';

/** What comes to a table besides its parent's files. */
export interface NewFile {
  /** Below `data/` of source and image. */
  readonly path: string;
  /** Made of logs; undefined: bulk loaded, to be found in the source. */
  readonly made: MadeFile | undefined;
}

/** By the table's place in the image, ascending by path. */
export type NewFiles = ReadonlyMap<number, readonly NewFile[]>;

const MAX_INDEX = 64 * 1024 * 1024;
const next = 'start the backup again';

/** What the map over runs made, and what was bulk loaded. @throws UnknownAnswer */
export async function newFiles(
  objects: Pick<ObjectStore, 'get' | 'getStream'>,
  { bucket, work }: { readonly bucket: string; readonly work: string },
  tables: readonly Pick<WalTable, 'table' | 'index'>[],
): Promise<NewFiles> {
  const byIndex = new Map(tables.map(({ index }) => [index, [] as NewFile[]]));
  const byPath = new Map(tables.map(({ table, index }) => [`${tablePath(parseTableName(table))}/`, index]));
  const add = (index: number | undefined, file: NewFile) => {
    const files = index === undefined ? undefined : byIndex.get(index);
    if (files === undefined) throw new UnknownAnswer(`${file.path} is a file of no table of the plan`, next);
    files.push(file);
  };
  for (const chunk of await chunksOf(objects, bucket, work)) {
    for (const made of await linesOf(objects, bucket, mergeResultKey(work, chunk), madeFile)) {
      const [namespace, qualifier] = made.path.split('/', 2);
      add(byPath.get(`${namespace}/${qualifier}/`), { path: made.path, made });
    }
  }
  for (const { path, table } of await linesOf(objects, bucket, bulkCopiesKey(work), bulkCopy)) {
    add(table, { path, made: undefined });
  }
  for (const [index, files] of byIndex) byIndex.set(index, onceEach(files));
  return byIndex;
}

/** Digest of the lines of a list in the work bucket. @throws UnknownAnswer */
export async function sha256OfLines(
  objects: Pick<ObjectStore, 'getStream'>,
  bucket: string,
  key: string,
): Promise<string> {
  const digest = new TextDigest();
  for (const line of await readChunkLines(objects, bucket, key)) digest.update(`${line}\n`);
  return digest.hex();
}

async function chunksOf(objects: Pick<ObjectStore, 'get'>, bucket: string, work: string): Promise<number[]> {
  const key = indexKey(work, 'merge');
  const object = await objects.get(bucket, key, MAX_INDEX);
  if (object === undefined) throw new UnknownAnswer(`s3://${bucket}/${key} is missing`, next);
  const lines = Buffer.from(object.bytes).toString('utf8').split('\n').filter(Boolean);
  return lines.map((line) => readWorkJson(mergeChunkLine, line, { bucket, key, next }).chunk);
}

async function linesOf<S extends z.ZodType>(
  objects: Pick<ObjectStore, 'getStream'>,
  bucket: string,
  key: string,
  schema: S,
): Promise<z.infer<S>[]> {
  const lines = await readChunkLines(objects, bucket, key);
  return lines.map((line) => readWorkJson(schema, line, { bucket, key, next }));
}

/** Two markers may name one bulk-loaded file: a log that was replayed repeats them. */
function onceEach(files: readonly NewFile[]): NewFile[] {
  return files.toSorted((a, b) => compareUtf8(a.path, b.path)).filter(({ path }, i, all) => path !== all[i - 1]?.path);
}
