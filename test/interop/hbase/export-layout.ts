import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  snapshotInfoPath,
  snapshotManifestPath,
  storeFileCandidates,
  storeFilePath,
} from '../../../core/hbase/layout.ts';
import { resolveStoreFiles } from '../../../core/hbase/resolve-store-files.ts';
import { readSnapshotDescription, requireLayoutV2 } from '../../../core/hbase/snapshot-description.ts';
import { SnapshotManifest } from '../../../core/hbase/snapshot-manifest.ts';
import type { Fixture } from '../../support/fixture.ts';

/**
 * What HBase's ExportSnapshot would make of a snapshot of `root` (paths `hbase/…`): its two files verbatim and every file
 * that it needs below `archive/`. Answers the paths of those files.
 */
export function exportLayout(root: Fixture, snapshot: string, directory: string): string[] {
  const info = root.get(`hbase/${snapshotInfoPath(snapshot)}`)!;
  const manifestBytes = root.get(`hbase/${snapshotManifestPath(snapshot)}`)!;
  const description = readSnapshotDescription(info);
  requireLayoutV2(description);
  const placed: string[] = [];
  for (const file of resolveStoreFiles(new SnapshotManifest(manifestBytes), description.table)) {
    const source = storeFileCandidates(file).find((path) => root.has(`hbase/${path}`));
    if (source === undefined) throw new Error(`${file.path} is nowhere`);
    placed.push(storeFilePath('archive', file));
    put(directory, storeFilePath('archive', file), root.get(`hbase/${source}`)!);
  }
  put(directory, snapshotManifestPath(snapshot), manifestBytes);
  put(directory, snapshotInfoPath(snapshot), info);
  return placed;
}

function put(directory: string, path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), bytes);
}
