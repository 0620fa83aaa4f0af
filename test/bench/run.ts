import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { bundles } from './bundles.ts';
import { copyPeers } from './copy-peers.ts';
import { copyStub } from './copy-stub.ts';
import { hfileVerify } from './hfile-verify.ts';
import { planMillion } from './plan-million.ts';
import { scanRow } from './scan-row.ts';
import { transitions } from './transitions.ts';
import { walToHFile } from './wal-to-hfile.ts';

/** `npm run bench [name…]`: runs the benchmarks, writes each result as JSON to bench-results/. docs/benchmarks.md explains them. */
const benchmarks: Readonly<Record<string, () => Promise<object> | object>> = {
  'plan-million': planMillion,
  'copy-stub': copyStub,
  'copy-peers': copyPeers,
  bundles,
  transitions,
  'hfile-verify': hfileVerify,
  'wal-to-hfile': walToHFile,
  'scan-row': scanRow,
};

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in benchmarks));
if (unknown !== undefined) {
  console.error(`there is no benchmark ${unknown}; there are ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}
mkdirSync('bench-results', { recursive: true });
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
for (const [name, run] of Object.entries(benchmarks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.error(`${name} …`);
  const result = { ...(await run()), machine };
  writeFileSync(`bench-results/${name}.json`, `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(result, null, 2));
}
