import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { FileJournal, type Journal, noJournal } from '../journal.ts';
import { type CallContext, type Caller, type CommandService, notImplemented } from '../service.ts';
import type { BlobStore } from './blob-store.ts';
import { DirectoryBlobStore } from './directory-blob-store.ts';
import { type IdSource, randomIds } from './id-source.ts';
import { MemoryBlobStore } from './memory-blob-store.ts';
import { operationNamed } from './operations.ts';
import { type S3Call, type S3Limits, serviceLimits } from './s3-call.ts';
import type { S3Record } from './s3-record.ts';
import { S3State } from './s3-state.ts';

export interface S3ServiceOptions {
  readonly clock: Clock;
  readonly region: string;
  readonly accountId: string;
  readonly journal?: Journal;
  readonly blobs?: BlobStore;
  /** Records of a journal to begin with; their blobs are in `blobs`. */
  readonly records?: Iterable<unknown>;
  readonly ids?: IdSource;
  readonly limits?: Partial<S3Limits>;
  /** May this caller list the bucket? Where not, what is missing is a 403 AccessDenied and no 404. */
  readonly mayList?: (caller: Caller, bucket: string, key: string) => boolean;
}

/**
 * Amazon S3 as far as the product uses it, at the level of SDK commands. In memory unless `blobs` and `journal` say
 * otherwise. All checks that decide a mutation stand with it in one synchronous stretch, so requests are atomic.
 */
export class S3Service implements CommandService {
  readonly #options: S3ServiceOptions;
  readonly #blobs: BlobStore;
  readonly #state: S3State;

  constructor(options: S3ServiceOptions) {
    this.#options = options;
    this.#blobs = options.blobs ?? new MemoryBlobStore();
    this.#state = new S3State(this.#blobs);
    if (!options.records) return;
    for (const record of options.records) this.#state.apply(record as S3Record, true);
    this.#state.sweep();
  }

  /** State in a folder: compacts the journal that is there, and survives the kill of this process from then on. */
  static open(folder: string, options: Omit<S3ServiceOptions, 'journal' | 'blobs' | 'records'>): S3Service {
    const blobs = new DirectoryBlobStore(join(folder, 'blobs'));
    const path = join(folder, 'journal');
    const before = FileJournal.open(path);
    before.journal.close();
    const replayed = new S3Service({ ...options, blobs, records: before.records });
    const records = [...replayed.records()];
    FileJournal.rewrite(path, records);
    return new S3Service({ ...options, blobs, records, journal: FileJournal.open(path).journal });
  }

  /** The fewest journal records that make the present state. */
  records(): Iterable<S3Record> {
    return this.#state.records();
  }

  async call(
    operation: string,
    input: Record<string, unknown>,
    context: CallContext,
  ): Promise<Record<string, unknown>> {
    const run = operationNamed(operation);
    if (!run) throw notImplemented(`S3 ${operation}`);
    context.signal?.throwIfAborted();
    return run(this.#callFor(context.caller), input);
  }

  #callFor(caller: Caller): S3Call {
    const { clock, region, accountId, ids = randomIds, limits, mayList, journal = noJournal } = this.#options;
    return {
      ...{ clock, region, accountId, ids, caller, state: this.#state, blobs: this.#blobs },
      limits: { ...serviceLimits, ...limits },
      mayList: (bucket, key) => mayList?.(caller, bucket, key) ?? true,
      commit: (record) => {
        journal.append(record);
        this.#state.apply(record);
      },
    };
  }
}
