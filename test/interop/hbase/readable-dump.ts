import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LiveHBase } from './live-hbase.ts';

/** A table as HBase reads it now: a line a cell, for people. `how`: see the act `dump`. */
export async function readableDump(
  hbase: LiveHBase,
  table: string,
  directory: string,
  how: { readonly until?: number; readonly raw?: boolean } = {},
): Promise<string[]> {
  const file = join(directory, 'dump.jsonl');
  await hbase.do({ op: 'dump', table, file, ...how });
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const { row, family, qualifier, ts, type, value } = JSON.parse(line) as Record<string, string>;
    return `${text(row)} ${text(family)}:${text(qualifier)} ${ts} ${type} ${text(value)}`;
  });
}

const text = (base64 = '') => Buffer.from(base64, 'base64').toString();
