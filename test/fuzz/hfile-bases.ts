import { WRITER_COMPRESSIONS } from '../../core/hbase/hfile/compress.ts';
import { fixture } from '../support/fixture.ts';
import { madeHFile } from '../unit/core/hbase/hfile/made-cells.ts';
import { fuzzCells } from './fuzz-cells.ts';
import { type HFileParts, partsOf } from './hfile-parts.ts';

const WRITTEN_BY_HBASE = [
  ...['empty', 'unchecked', 'no-mvcc', 'zstd', 'levels-gz-prefix', 'encoded-diff-tags', 'encoded-fast-diff-tags'],
  ...['encoded-prefix-tags', 'encoded-row-index-v1-tags', 'encoded-none-tags'],
];

/** HFiles to change: HBase's own of every encoding, and small ones of every codec with a deep index. */
export async function hfileBases(): Promise<{ readonly small: HFileParts[]; readonly whole: HFileParts[] }> {
  const files = fixture('hfiles');
  const made = WRITER_COMPRESSIONS.map(async (compression): Promise<HFileParts> => {
    const options = { compression, blockBytes: 250, index: { chunkBytes: 120, minEntries: 2 }, bloomChunkBytes: 64 };
    return { ...partsOf((await madeHFile(fuzzCells(70), options)).bytes), compression };
  });
  const small = await Promise.all(made);
  return { small, whole: [...small, ...WRITTEN_BY_HBASE.map((name) => partsOf(files.get(name)!))] };
}
