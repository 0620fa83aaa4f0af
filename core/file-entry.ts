import type { BackupId } from './backup-id.ts';

/** Where below an HBase root a store file was found: `<area>/[data/]<path>`; `made`: of logs, in the work bucket. */
export type SourceArea = 'data' | 'archive' | 'mobdir' | 'made';

/** The source's identity of a store file (HFiles never change): cluster, path, size; the ETag only while the key is the same. */
export interface SourceIdentity {
  /** `hbase.id` of the cluster. */
  readonly clusterId: string;
  readonly area: SourceArea;
  readonly etag: string;
}

/** S3's own checksum of an object, as its answer stated it. */
export interface ObjectChecksum {
  readonly algorithm: 'CRC64NVME';
  /** Base64. */
  readonly value: string;
}

/**
 * One line of an image's file list: a store file and where its bytes are. Lists are sorted by the UTF-8 bytes of
 * `path` (S3's LIST order).
 */
export interface FileEntry {
  /** `<ns>/<table>/<region>/<family>/<file>`, the same below `data/` of a source and of an image. */
  readonly path: string;
  readonly size: number;
  /** The image whose prefix holds the bytes: this one, or an older image of the same root. */
  readonly holder: BackupId;
  /** ETag of the holder's object, as answered when it was written. */
  readonly etag: string;
  readonly checksum: ObjectChecksum;
  readonly source: SourceIdentity;
}

/** One line of a table's plan: what the snapshot needs, and what is done about it. Sorted by `path`. */
export type PlannedFile =
  | {
      readonly action: 'copy';
      readonly path: string;
      readonly size: number;
      readonly area: SourceArea;
      readonly etag: string;
    }
  | ({ readonly action: 'share' } & FileEntry);

/** One line of a chunk's results: what S3 answered to the copy. */
export interface CopiedFile {
  readonly path: string;
  readonly size: number;
  /** Where the file was found when it was copied: it may have moved to `archive/` since the plan. */
  readonly area: SourceArea;
  readonly sourceEtag: string;
  readonly etag: string;
  readonly checksum: ObjectChecksum;
  readonly versionId?: string;
}

/** One line of the index that the copy map reads: a chunk of at most 1,000 objects or 64 GB, contiguous in path order. */
export interface CopyChunk {
  readonly chunk: number;
  /** Index of the table in the plan. */
  readonly table: number;
  readonly files: number;
  readonly bytes: number;
}

/**
 * One line of the index that the verify map reads: a range of the paths below `data/`. The ranges of a plan follow one
 * another and cover all keys; their bounds lie in the plan, not here, so that no key gets into an execution's history.
 */
export interface VerifyRange {
  readonly range: number;
  /** First and last copy chunk of the range; absent if nothing in it is copied. */
  readonly chunks?: readonly [number, number];
  /** Copied and listed files in the range. */
  readonly files: number;
  /** The last range looks for unfinished uploads as well. */
  readonly isLast: boolean;
}
