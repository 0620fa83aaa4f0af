import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LargeTable } from './large-table.ts';

/**
 * Planning 100,000 and 1,000,000 store files, each in a process of its own. Promises: at least 50,000 files a second
 * from parsed manifest and listing to written plan; at most 512 MB; at most 0.25 kB more a file.
 */
export function planMillion(): object {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const runs = [100_000, 1_000_000].map((files) => {
      const manifest = join(folder, `${files}`);
      writeFileSync(manifest, new LargeTable(files).manifest());
      const script = join(import.meta.dirname, 'plan-once.ts');
      const heap = '--max-old-space-size=256';
      return JSON.parse(execFileSync(process.execPath, [heap, script, String(files), manifest], { encoding: 'utf8' }));
    });
    const [small, large] = runs;
    const bytesPerFile = ((large.peakRssMB - small.peakRssMB) * 1024 ** 2) / (large.files - small.files);
    return { name: 'plan-million', runs, bytesPerFile: Math.round(bytesPerFile) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const result = planMillion();
  mkdirSync('bench-results', { recursive: true });
  writeFileSync('bench-results/plan-million.json', `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
}
