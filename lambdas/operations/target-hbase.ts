import { DestinationRefused } from '../../core/errors/input-errors.ts';
import { SourceUnreadable } from '../../core/errors/source-errors.ts';
import { readClusterId } from '../../core/hbase/cluster-id.ts';
import { HBaseFormatError } from '../../core/hbase/format-error.ts';
import { CLUSTER_ID_PATH, tableDescriptorDirectory, VERSION_PATH } from '../../core/hbase/layout.ts';
import { readLayoutVersion } from '../../core/hbase/layout-version.ts';
import type { TargetTracker } from '../../core/hbase/restored-descriptor.ts';
import { trackerOf } from '../../core/hbase/store-file-tracker.ts';
import { tableInfosNewestFirst } from '../../core/hbase/table-info-name.ts';
import { parseTableName } from '../../core/hbase/table-name.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { TargetShows } from '../contracts/table-to-restore.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SourceTables } from '../ports/source-tables.ts';

const META = 'hbase:meta';
const MOST_BYTES = 64 * 1024;

interface Ports {
  readonly objects: Pick<ObjectStore, 'get' | 'list'>;
  readonly tables: SourceTables;
}

/** What a target's root directory shows of the HBase that it is, or is to be, of. Reads only. */
export class TargetHBase {
  readonly #ports: Ports;
  readonly #target: S3Uri;
  #shows: Promise<TargetShows> | undefined;

  constructor(ports: Ports, target: S3Uri) {
    this.#ports = ports;
    this.#target = target;
  }

  /** @throws DestinationRefused for a file that is not what HBase writes */
  shows(): Promise<TargetShows> {
    this.#shows ??= this.#look();
    return this.#shows;
  }

  /** How the store files of a table are tracked there: its own descriptor tells, or that of `hbase:meta`. @throws DestinationRefused */
  async tracker(table: string, isThere: boolean): Promise<TargetTracker> {
    const { tracker, line } = await this.shows();
    const own = isThere ? await this.#trackerOf(table) : undefined;
    return { tracker: own ?? tracker ?? undefined, isBefore25: line === 'up to 2.4' };
  }

  async #look(): Promise<TargetShows> {
    const clusterId = await this.#read(CLUSTER_ID_PATH, readClusterId);
    const layoutVersion = await this.#read(VERSION_PATH, readLayoutVersion);
    const names: string[] = [];
    const directory = `${this.#target.prefix}/${tableDescriptorDirectory(parseTableName(META))}`;
    for await (const { key } of this.#ports.objects.list(this.#target.bucket, directory)) {
      names.push(key.slice(directory.length));
    }
    const [newest] = tableInfosNewestFirst(names);
    const tracker = newest && (await this.#trackerOf(META));
    // 2.5 has the number of bytes in the name; an HBase from 2.5 on that came by upgrade has hbase:meta's older one.
    const old = newest !== undefined && newest.leastBytes === undefined ? 'up to 2.4' : 'unknown';
    return { clusterId, layoutVersion, tracker: tracker ?? null, line: tracker === undefined ? old : 'from 2.5 on' };
  }

  async #trackerOf(table: string): Promise<string | undefined> {
    try {
      const schema = await this.#ports.tables.schema(this.#target, table);
      return schema && trackerOf(schema);
    } catch (error) {
      throw error instanceof SourceUnreadable ? this.#unreadable(error.message) : error;
    }
  }

  async #read(path: string, read: (bytes: Uint8Array, what: string) => string): Promise<string | null> {
    const key = `${this.#target.prefix}/${path}`;
    const object = await this.#ports.objects.get(this.#target.bucket, key, MOST_BYTES);
    try {
      return object === undefined ? null : read(object.bytes, `s3://${this.#target.bucket}/${key}`);
    } catch (error) {
      throw error instanceof HBaseFormatError ? this.#unreadable(error.message) : error;
    }
  }

  #unreadable(why: string): DestinationRefused {
    const hint = 'find out what wrote it, or restore into another target';
    return new DestinationRefused(`the target is not what HBase leaves: ${why}`, hint, { target: this.#target.uri });
  }
}
