import { runHoldfast } from './program.ts';

const detach = new AbortController();
process.once('SIGINT', () => detach.abort());
process.exitCode = await runHoldfast(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: detach.signal,
});
