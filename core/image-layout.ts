import type { BackupId } from './backup-id.ts';
import type { S3Uri } from './s3-uri.ts';

/**
 * Every key below a backup root is built and parsed here (docs/design.md, "Layout").
 *
 * ```
 * <bucket>/.holdfast-roots.json                  registry of the roots of a bucket
 * <root>/HOLDFAST                                root marker: the table that owns the root
 * <root>/images/<id>/manifest.json               sealed header; or the markers VOID, SHELL
 * <root>/images/<id>/files-00000.jsonl.zst       one sorted list a table
 * <root>/images/<id>/positions.jsonl.zst         up to where it has each table, and where the logs go on
 * <root>/images/<id>/store-files.jsonl.zst       store files of the source that it knows; if a table was made from logs
 * <root>/images/<id>/cluster.json                what belongs to the tables and is in no snapshot: namespaces, grants, labels, quotas
 * <root>/images/<id>/snapshots/00000/{.snapshotinfo,data.manifest}   the table's snapshot, verbatim
 * <root>/images/<id>/data/<ns>/<table>/<region>/<family>/<file>
 * ```
 */
export const REGISTRY_KEY = '.holdfast-roots.json';

export const rootMarkerKey = (root: S3Uri): string => `${root.prefix}/HOLDFAST`;
export const imagesPrefix = (root: S3Uri): string => `${root.prefix}/images/`;
export const imagePrefix = (root: S3Uri, id: BackupId): string => `${imagesPrefix(root)}${id}/`;
export const manifestKey = (root: S3Uri, id: BackupId): string => `${imagePrefix(root, id)}manifest.json`;
/** The name of a table's file list inside the image; `index` is the table's place in the manifest. */
export const fileListName = (index: number): string => `files-${String(index).padStart(5, '0')}.jsonl.zst`;
export const POSITIONS_NAME = 'positions.jsonl.zst';
export const CLUSTER_NAME = 'cluster.json';
export const STORE_FILES_NAME = 'store-files.jsonl.zst';
/** Where a table's snapshot files lie inside the image. */
export const snapshotName = (index: number, file: '.snapshotinfo' | 'data.manifest'): string =>
  `snapshots/${String(index).padStart(5, '0')}/${file}`;
export const dataPrefix = (root: S3Uri, id: BackupId): string => `${imagePrefix(root, id)}data/`;
/** The key of a store file; `path` is `<ns>/<table>/<region>/<family>/<file>`. */
export const dataKey = (root: S3Uri, id: BackupId, path: string): string => `${dataPrefix(root, id)}${path}`;
