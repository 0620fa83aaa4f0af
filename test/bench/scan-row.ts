import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HFileWriter } from '../../core/hbase/hfile/hfile-writer.ts';
import { encodedRegionName } from '../../core/hbase/region-info.ts';
import { TableScan } from '../../core/hbase/scan/table-scan.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { writeSnapshotManifest } from '../../core/hbase/snapshot-manifest-writer.ts';
import { parseTableName, tablePath } from '../../core/hbase/table-name.ts';
import { fileSink, fileSource } from './local-file.ts';

const FILES = 3;
const FILE_BYTES = 350e6;
const VALUE_BYTES = 1000;
const ROWS = Math.ceil(FILE_BYTES / (VALUE_BYTES + 60));
const NONE = Buffer.alloc(0);

/** One row out of a table of 1 GB, three files of one region: promises 10 ranged reads at most, whether the row is there or not. */
export async function scanRow(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const table = parseTableName('t');
    const info = { regionId: 1n, table, startKey: NONE, endKey: NONE, offline: false, split: false, replicaId: 0 };
    const names = Array.from({ length: FILES }, (_, i) => i.toString(16).padStart(32, '0'));
    const sizes: number[] = [];
    for (const [i, name] of names.entries()) sizes.push(await writeFile(join(folder, name), i));
    const files = names.map((name, i) => ({ name, size: sizes[i]! }));
    const empty = { attributes: new Map(), configuration: new Map(), unknown: NONE };
    const schema = { table, families: [{ name: 'f', ...empty }], ...empty };
    const region = { info: { ...info, unknown: NONE }, families: [{ name: 'f', files }] };
    const manifest = new SnapshotManifest(writeSnapshotManifest(schema, [region]));
    const prefix = `${tablePath(table)}/${encodedRegionName(region.info)}/f/`;
    const rows = {
      first: row(0, 0),
      middle: row(Math.floor(ROWS / 2), 1),
      last: row(ROWS - 1, 2),
      absent: 'row-000000001x',
    };
    const found: Record<string, { reads: number; readBytes: number; cells: number }> = {};
    for (const [name, wanted] of Object.entries(rows)) found[name] = await scan(wanted);
    const tableBytes = sizes.reduce((sum, size) => sum + size, 0);
    return { name: 'scan-row', tableBytes, files: FILES, mostReads: 10, found };

    async function scan(wanted: string) {
      let [reads, readBytes, cells] = [0, 0, 0];
      const range = { startRow: Buffer.from(wanted), stopRow: Buffer.from(`${wanted}\0`) };
      const request = new TableScan(manifest, { isRaw: false, nowMs: 0, ...range });
      for (const one of request.regions) {
        const opened = await request.open(one, (path) => {
          const source = fileSource(join(folder, path.slice(prefix.length)));
          const read = (offset: number, length: number) => {
            reads++;
            readBytes += length;
            return source.read(offset, length);
          };
          return { sizeBytes: source.sizeBytes, read, where: path };
        });
        while (await opened.cells.advance()) cells++;
      }
      return { reads, readBytes, cells };
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Rows of one file lie between those of the others. */
const row = (i: number, file: number) => `row-${String(i * FILES + file).padStart(9, '0')}`;

async function writeFile(path: string, file: number): Promise<number> {
  const sink = fileSink(path);
  const kind = { kind: 'store-file', isMob: false } as const;
  const options = { compression: 'NONE', blockBytes: 65_536, bloom: 'ROW', hasTags: false, createdAtMs: 0 } as const;
  const writer = new HFileWriter({ kind, ...options }, sink.write);
  const keyBytes = row(0, 0).length + 14;
  const cell = Buffer.alloc(8 + keyBytes + VALUE_BYTES);
  cell.writeInt32BE(keyBytes, 0);
  cell.writeInt32BE(VALUE_BYTES, 4);
  cell.writeUInt16BE(keyBytes - 14, 8);
  cell.write('\u0001fq', keyBytes - 4, 'latin1');
  cell.writeBigInt64BE(1_700_000_000_000n, keyBytes - 1);
  cell[keyBytes + 7] = 4;
  for (let i = 0; i < ROWS; i++) {
    cell.write(row(i, file), 10, 'latin1');
    const full = writer.append(cell, 0, cell.length, file + 1);
    if (full !== undefined) await full;
  }
  const { sizeBytes } = await writer.finish();
  sink.close();
  return sizeBytes;
}

if (import.meta.main) console.log(JSON.stringify(await scanRow(), null, 2));
