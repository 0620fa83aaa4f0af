import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import { LogUnreadable } from '../../core/errors/log-errors.ts';
import { parseWalPath, walCandidates } from '../../core/hbase/wal/wal-name.ts';
import type { WalSource } from '../../core/hbase/wal/wal-source.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { findExactly } from './find-exactly.ts';
import type { PlannedWal } from './wal-plan.ts';

type Objects = Pick<ObjectStore, 'getRange' | 'list'>;

/** S3's answers for a key that is not there (any more), or has other content. */
const GONE = new Set([403, 404, 412]);

/**
 * A planned log, read by ranges bound to its content. HBase moves it from its server's directory to the archive at any
 * time, so one that is gone is looked for in its other places and read on from where it was (R10). Bytes never change:
 * the same log is one of the same size, and an open one of at least that size.
 */
export class LogSource implements WalSource {
  readonly sizeBytes: number;
  readonly #objects: Objects;
  readonly #wals: S3Uri;
  readonly #wal: PlannedWal;
  #key: string;
  #etag: string;

  constructor(objects: Objects, wals: S3Uri, wal: PlannedWal) {
    this.#objects = objects;
    this.#wals = wals;
    this.#wal = wal;
    this.sizeBytes = wal.sizeBytes;
    this.#key = `${wals.prefix}/${wal.path}`;
    this.#etag = wal.etag;
  }

  /** @throws LogUnreadable if it is nowhere, or another log has its name */
  async read(offset: number, length: number): Promise<Uint8Array> {
    for (let tries = 0; ; tries++) {
      try {
        return await this.#objects.getRange(this.#wals.bucket, this.#key, offset, length, this.#etag);
      } catch (error) {
        const isGone = error instanceof HoldfastError && GONE.has(Number(error.evidence.status));
        // Twice around: it may move behind our back while we look for it.
        if (!isGone || tries === 3) throw error;
        await this.#findAgain();
      }
    }
  }

  async #findAgain(): Promise<void> {
    const file = parseWalPath(this.#wal.path);
    const paths = file.kind === 'wal' ? walCandidates(file) : [];
    for (const path of paths) {
      const key = `${this.#wals.prefix}/${path}`;
      const found = await findExactly(this.#objects, this.#wals.bucket, key);
      if (found === undefined) continue;
      const { end, sizeBytes } = this.#wal;
      const isSame = end === 'OPEN' ? found.size >= sizeBytes : found.size === sizeBytes;
      const isReplaced = key === this.#key && found.etag !== this.#etag && end !== 'OPEN';
      if (!isSame || isReplaced) throw this.#changed(path, found.size);
      this.#key = key;
      this.#etag = found.etag;
      return;
    }
    throw new LogUnreadable(
      `the log ${this.#wal.path}, ${this.#wal.sizeBytes} bytes, is gone: neither in WALs/ nor in oldWALs/`,
      'take a full of the tables; keep logs longer: hbase.master.logcleaner.ttl',
      { log: this.#wal.path },
    );
  }

  #changed(path: string, size: number): LogUnreadable {
    return new LogUnreadable(
      `the log ${path} has ${size} bytes of other content than when this was planned: ${this.#wal.sizeBytes} bytes`,
      'HBase never rewrites a log: find out what did; then start the backup again',
      { log: path },
    );
  }
}
