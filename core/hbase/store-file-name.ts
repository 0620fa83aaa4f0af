import { HoldfastError } from '../errors/holdfast-error.ts';
import { DEFAULT_NAMESPACE, type TableName, tableName } from './table-name.ts';

const HINT = 'keep the snapshot and report the name: it is of no HBase from 2.4 to 2.6';

/** A file in its own region: flushed, compacted or bulk loaded (`_SeqId_n_`), or the file of a delete (`_del`). */
export interface HFileName {
  readonly kind: 'hfile';
  readonly name: string;
  /** Sequence id of the bulk load, of `<uuid>_SeqId_<n>_`. */
  readonly bulkLoadSeqId?: bigint;
}

/** MobFileName: md5 of the region's start key, day, uuid, and since 2.5 the region that wrote it. */
export interface MobName {
  readonly kind: 'mob';
  readonly name: string;
  readonly startKeyMd5: string;
  readonly day: string;
  readonly uuid: string;
  readonly region?: string;
}

/** HFileLink: an empty file that names a file of another table or region. */
export interface LinkName {
  readonly kind: 'link';
  readonly name: string;
  readonly table: TableName;
  readonly region: string;
  readonly hfile: string;
}

/** Half of (or, after a merge, all of) a parent region's file or link. */
export interface ReferenceName {
  readonly kind: 'reference';
  readonly name: string;
  readonly parentRegion: string;
  readonly base: HFileName | MobName | LinkName;
}

/** `<hfile>.<epoch ms>`: a whole file that the archiver renamed because the name was taken. Only in `archive/`. */
export interface ArchiveCopyName {
  readonly kind: 'archive-copy';
  readonly name: string;
}

export type StoreFileName = HFileName | MobName | LinkName | ReferenceName | ArchiveCopyName;

export class InvalidStoreFileName extends HoldfastError {
  override readonly name = 'InvalidStoreFileName';

  constructor(given: string, reason: string) {
    super(`not the name of a store file: ${JSON.stringify(given.slice(0, 300))}: ${reason}`, HINT, {
      given: given.slice(0, 300),
    });
  }
}

const MAX_LENGTH = 1024;
const HFILE = /^[0-9a-f]+(?:_SeqId_[0-9]{1,19}_|_del)?$/;
const BULK_LOAD = /_SeqId_([0-9]+)_$/;
const MOB = /^([0-9a-f]{32})([0-9]{8})([0-9a-f]{32})(?:_([0-9a-f]{32}))?$/;
const LINK = /^(?:([^=/]+)=)?([^=/]+)=([0-9a-f]+)-([0-9a-f][0-9a-zA-Z_]*)$/u;
const ENCODED_REGION = /^(?:[0-9a-f]{32}|1588230740)$/;
const EPOCH_MS = /^[0-9]{11,16}$/;

/** StoreFileInfo's reading of a name in a family's directory or manifest. @throws InvalidStoreFileName, InvalidTableName */
export function parseStoreFileName(name: string): StoreFileName {
  if (name.length > MAX_LENGTH) throw new InvalidStoreFileName(name, `longer than ${MAX_LENGTH} characters`);
  const whole = parseWhole(name);
  if (whole !== undefined) return whole;
  // A table's qualifier may contain dots, a region's encoded name may not: the last dot is the one that divides.
  const dot = name.lastIndexOf('.');
  const base = dot > 0 ? parseWhole(name.slice(0, dot)) : undefined;
  if (base !== undefined) {
    const suffix = name.slice(dot + 1);
    if (ENCODED_REGION.test(suffix)) return { kind: 'reference', name, parentRegion: suffix, base };
    if (base.kind !== 'link' && EPOCH_MS.test(suffix)) return { kind: 'archive-copy', name };
  }
  throw new InvalidStoreFileName(name, 'neither file, mob file, link, reference nor archived copy');
}

function parseWhole(name: string): HFileName | MobName | LinkName | undefined {
  return name.includes('=') ? parseLink(name) : parsePlain(name);
}

function parsePlain(name: string): HFileName | MobName | undefined {
  const mob = name.length >= 72 ? MOB.exec(name) : null;
  if (mob !== null) {
    const [, startKeyMd5 = '', day = '', uuid = '', region] = mob;
    return { kind: 'mob', name, startKeyMd5, day, uuid, ...(region === undefined ? {} : { region }) };
  }
  if (!HFILE.test(name)) return undefined;
  const seqId = BULK_LOAD.exec(name)?.[1];
  return seqId === undefined ? { kind: 'hfile', name } : { kind: 'hfile', name, bulkLoadSeqId: BigInt(seqId) };
}

function parseLink(name: string): LinkName | undefined {
  const link = LINK.exec(name);
  if (link === null) return undefined;
  const [, namespace = DEFAULT_NAMESPACE, qualifier = '', region = '', hfile = ''] = link;
  if (parsePlain(hfile) === undefined) return undefined;
  return { kind: 'link', name, table: tableName(namespace, qualifier), region, hfile };
}
