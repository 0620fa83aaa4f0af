import { startLocal } from '../../../../local/start.ts';

// Run as a process of its own: `local-process.ts <dir> <assembly>`; says where it is, then waits to be killed.
const [dir = '', assemblyDir = ''] = process.argv.slice(2);
const { endpoint, outputs } = await startLocal({ dir, assemblyDir });
console.log(JSON.stringify({ endpoint, outputs: outputs.Tiny }));
