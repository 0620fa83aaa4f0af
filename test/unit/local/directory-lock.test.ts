import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DirectoryInUse, lockDirectory } from '../../../local/directory-lock.ts';
import { temporaryDirectory } from './tiny-app/tiny-app.ts';

it('gives a directory to one holder, again after it is given back', () => {
  const dir = temporaryDirectory();
  const unlock = lockDirectory(dir);
  expect(() => lockDirectory(dir)).toThrow(DirectoryInUse);
  unlock();
  lockDirectory(dir)();
  expect(readdirSync(dir)).toEqual([]);
});

it('takes over from a process that is gone', () => {
  const dir = temporaryDirectory();
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(join(dir, 'lock'), `${pid} 17`);
  lockDirectory(dir)();
});

it('takes over from an earlier process that had the id of a living one', () => {
  const dir = temporaryDirectory();
  writeFileSync(join(dir, 'lock'), `${process.pid} 17`);
  lockDirectory(dir)();
});
