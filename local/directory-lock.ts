import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another living process works in the directory. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse';
}

/**
 * Takes a directory for this process alone; answers how to give it back. The lock is a file with the process's id and
 * start; one left by a process that was killed is taken over.
 * @throws DirectoryInUse
 */
export function lockDirectory(dir: string): () => void {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, 'lock');
  const own = `${path}.${process.pid}`;
  // The lock appears whole or not at all, or another process could take it for one without an owner.
  writeFileSync(own, `${process.pid} ${startOf(process.pid)}`);
  try {
    while (!isLinked(own, path)) takeAwayDead(dir, path, `${own}.dead`);
  } finally {
    rmSync(own, { force: true });
  }
  return () => rmSync(path, { force: true });
}

function isLinked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function takeAwayDead(dir: string, path: string, aside: string): void {
  const holder = read(path);
  const [pid = '', start = ''] = holder.split(' ');
  if (isAlive(Number(pid), start)) throw new DirectoryInUse(`${dir} is in use by the process ${pid}`);
  try {
    renameSync(path, aside);
  } catch {
    return; // another process took it away
  }
  // Taken meanwhile by another process that saw the same dead lock: given back.
  if (read(aside) !== holder) isLinked(aside, path);
  rmSync(aside, { force: true });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid: number, start: string): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startOf(pid) === start;
}

/** When the process started, where the system tells; ids are used again after a reboot. */
function startOf(pid: number): string {
  return read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[19] ?? '';
}
