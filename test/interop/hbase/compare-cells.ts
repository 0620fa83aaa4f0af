import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

export interface CellComparison {
  readonly expectedCells: number;
  readonly actualCells: number;
  /** The first ten places where the two differ, by line from 1 on. */
  readonly differences: readonly { readonly line: number; readonly expected?: string; readonly actual?: string }[];
}

/**
 * Compares two files of canonical cells (one JSON object a line, in HBase's order; `.gz` or plain), leaving out `mvcc`,
 * which a restore does not keep. Tables of any size: neither is held in memory.
 */
export async function compareCells(expectedFile: string, actualFile: string): Promise<CellComparison> {
  const expected = cellsOf(expectedFile);
  const actual = cellsOf(actualFile);
  const differences: { line: number; expected?: string; actual?: string }[] = [];
  let [expectedCells, actualCells] = [0, 0];
  for (let line = 1; ; line++) {
    const [e, a] = [await expected.next(), await actual.next()];
    if (e.done && a.done) return { expectedCells, actualCells, differences };
    if (!e.done) expectedCells++;
    if (!a.done) actualCells++;
    if (e.value === a.value || differences.length === 10) continue;
    differences.push({ line, ...(e.done ? {} : { expected: e.value }), ...(a.done ? {} : { actual: a.value }) });
  }
}

async function* cellsOf(file: string): AsyncGenerator<string, undefined> {
  const bytes = createReadStream(file);
  const input = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue;
    const { row, family, qualifier, ts, type, value, tags } = JSON.parse(line) as Record<string, string>;
    yield JSON.stringify({ row, family, qualifier, ts, type, value, tags });
  }
  return undefined;
}
