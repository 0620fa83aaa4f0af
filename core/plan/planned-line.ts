import { UnknownAnswer } from '../errors/platform-errors.ts';
import type { CopiedFile, FileEntry, PlannedFile } from '../file-entry.ts';

export type PlannedCopy = Extract<PlannedFile, { action: 'copy' }>;
export type PlannedShare = Extract<PlannedFile, { action: 'share' }>;

/** One line of a plan, without its end. */
export function writePlannedFile(file: PlannedFile): string {
  if (file.action === 'copy') {
    const { action, area, etag, path, size } = file;
    return JSON.stringify({ action, area, etag, path, size });
  }
  return JSON.stringify(file);
}

/** Plans are the session's own, in a bucket of the stack: what cannot be read is refused, not searched for tricks. */
export function readPlannedFile(line: string): PlannedFile {
  const file = parsed<PlannedFile>(line, 'plan');
  if (file.action !== 'copy' && file.action !== 'share') throw damaged(line, 'plan');
  return file;
}

export function readCopiedFile(line: string): CopiedFile {
  return parsed<CopiedFile>(line, 'result');
}

export const writeCopiedFile = (file: CopiedFile): string => JSON.stringify(file);

export function shareOf(entry: FileEntry): PlannedShare {
  return { action: 'share', ...entry };
}

export function entryOf({ action: _action, ...entry }: PlannedShare): FileEntry {
  return entry;
}

function parsed<T extends { path: string; size: number }>(line: string, what: string): T {
  let value: T;
  try {
    value = JSON.parse(line) as T;
  } catch {
    throw damaged(line, what);
  }
  if (typeof value?.path !== 'string' || !Number.isSafeInteger(value.size)) throw damaged(line, what);
  return value;
}

const damaged = (line: string, what: string) =>
  new UnknownAnswer(`a line of a ${what} that cannot be read: ${line.slice(0, 200)}`, 'start the backup again');
