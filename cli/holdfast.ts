import { runHoldfast } from './program.ts';

const detach = new AbortController();
// Whoever reads has enough, as `scan | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});
process.once('SIGINT', () => detach.abort());
process.exitCode = await runHoldfast(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: detach.signal,
});
