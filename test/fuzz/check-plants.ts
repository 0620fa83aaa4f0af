import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PLANTS, type Plant } from './plants.ts';

/** What a target runs on: its folders are copied, so that a fault is put into a copy. */
const NEEDED = [
  'core',
  'local',
  'test/fuzz',
  'test/support',
  'test/fixtures',
  'test/unit/core/hbase/hfile/made-cells.ts',
];
const root = new URL('../../', import.meta.url).pathname;

/** So many inputs must be enough: of whole files fewer, because each takes longer. */
const INPUTS: Readonly<Record<string, number>> = { hfile: 800, wal: 6_000 };
/** No number of inputs takes longer, whatever else the machine does. */
const MOST_SECONDS = 600;

/** Puts each fault into a copy of the readers and lets its target look for it; answers the names of those not found. */
export async function checkPlants(only: string | undefined): Promise<string[]> {
  const missed: string[] = [];
  const left = PLANTS.filter(({ target, name }) => only === undefined || target === only || name === only);
  const worker = async () => {
    const copy = mkdtempSync(join(tmpdir(), 'holdfast-plants-'));
    try {
      for (const path of NEEDED) cpSync(join(root, path), join(copy, path), { recursive: true });
      writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
      symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
      for (let plant = left.shift(); plant !== undefined; plant = left.shift()) {
        const found = await isFound(copy, plant);
        console.log(`${found === undefined ? 'NOT FOUND' : 'found'}  ${plant.target}: ${plant.name}${found ?? ''}`);
        if (found === undefined) missed.push(`${plant.target}: ${plant.name}`);
      }
    } finally {
      rmSync(copy, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  return missed;
}

async function isFound(copy: string, { target, file, from, to }: Plant): Promise<string | undefined> {
  const path = join(copy, 'core/hbase', file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)} any more: correct the plant`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  const began = performance.now();
  try {
    return await new Promise((resolve, reject) => {
      const args = [
        join(copy, 'test/fuzz/run.ts'),
        '--seed',
        '1',
        '--seconds',
        `${MOST_SECONDS}`,
        '--inputs',
        `${INPUTS[target] ?? 4_000}`,
        '--target',
        target,
        '--first',
      ];
      execFile(process.execPath, args, { cwd: copy, timeout: 2 * MOST_SECONDS * 1_000 }, (error, stdout, stderr) => {
        if (error === null) return resolve(undefined);
        const seed = /seed (\d+): (.*)/.exec(stdout);
        if (seed === null) return reject(new Error(`${target}: ${stderr || error.message}`));
        const ms = performance.now() - began;
        resolve(`  (seed ${seed[1]}, ${(ms / 1_000).toFixed(0)} s: ${seed[2]?.slice(0, 80)})`);
      });
    });
  } finally {
    writeFileSync(path, text);
  }
}
