import { readFileSync } from 'node:fs';
import { readTarZst } from '../../local/import/tar.ts';

export type FixtureName =
  | 'bulk'
  | 'chain'
  | 'corrupt'
  | 'described'
  | 'hfiles'
  | 'shop'
  | 'shop-2.4.18'
  | 'shop-2.5.8'
  | 'splits'
  | 'tags-mob'
  | 'walcomp';

/** A root directory that HBase wrote, with its truth beside it: paths as `hbase/…`, `expected/…`, `points.json`. */
export type Fixture = ReadonlyMap<string, Buffer>;

const unpacked = new Map<FixtureName, Fixture>();

export function fixture(name: FixtureName): Fixture {
  let files = unpacked.get(name);
  if (files === undefined) {
    const archive = readFileSync(new URL(`../fixtures/hbase/${name}.tar.zst`, import.meta.url));
    files = new Map(Array.from(readTarZst(archive), ({ path, bytes }) => [path.slice(path.indexOf('/') + 1), bytes]));
    unpacked.set(name, files);
  }
  return files;
}

/** Names of the completed snapshots of a fixture. */
export function snapshotsOf(files: Fixture): string[] {
  const names = Array.from(
    files.keys(),
    (path) => /^hbase\/\.hbase-snapshot\/([^./][^/]*)\/data\.manifest$/.exec(path)?.[1],
  );
  return names.filter((name) => name !== undefined).sort();
}
