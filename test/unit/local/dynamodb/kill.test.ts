import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { FileJournal } from '../../../../local/journal.ts';
import { serviceFixture } from './service-fixture.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-dynamodb-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the writer until it has answered `answers` transactions, then kills it; the last one answered. */
async function writeAndKill(path: string, first: number, answers: number): Promise<number> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./transaction-writer.ts', import.meta.url)), path, String(first)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    output += chunk.toString();
    if (output.split('\n').length > answers) child.kill('SIGKILL');
  }
  return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
}

describe('kill -9 in a stream of transactions', () => {
  it('keeps every answered transaction, and every transaction whole', async () => {
    const path = join(directory, 'journal');
    let next = 0;
    for (const answers of [3, 40, 150]) {
      const last = await writeAndKill(path, next, answers);
      expect(last).toBeGreaterThanOrEqual(next + answers - 1);
      const { records, journal } = FileJournal.open(path);
      journal.close();
      const { call } = await serviceFixture({}, records);
      const parts = new Map<number, number>();
      let start: unknown;
      do {
        const page = await call('Scan', { ExclusiveStartKey: start });
        for (const item of page.Items as { run: { N: string } }[])
          parts.set(Number(item.run.N), (parts.get(Number(item.run.N)) ?? 0) + 1);
        start = page.LastEvaluatedKey;
      } while (start);
      expect([...parts.values()].filter((count) => count !== 20)).toEqual([]);
      for (let run = 0; run <= last; run++) expect(parts.has(run)).toBe(true);
      next = Math.max(...parts.keys()) + 1;
    }
  });
});
