import { Buffer } from 'node:buffer';
import type { CellCursor } from '../hfile/cell-cursor.ts';
import { int32 } from '../hfile/cell-order.ts';
import { CELL_TYPES } from '../hfile/cell-type.ts';
import { isSameColumn, isSameRow } from '../hfile/key-order.ts';
import { TAG_TYPES, tagOf } from './cell-tags.ts';
import { DeleteTracker } from './delete-tracker.ts';
import type { FamilyRules } from './family-rules.ts';

export interface Visibility {
  readonly rules: FamilyRules;
  /** Of the columns that are asked for; null: all. */
  readonly qualifiers: readonly Uint8Array[] | null;
  /** At most so many of a column, besides what the family keeps. */
  readonly versions: number;
  readonly isRaw: boolean;
  readonly nowMs: number;
}

/**
 * Of the merged cells of a region's family those that a reader of HBase sees: UserScanQueryMatcher with
 * ScanDeleteTracker and ScanWildcardColumnTracker, over all times. Raw: all of the columns that are asked for.
 */
export class VisibleCells implements CellCursor {
  bytes: Uint8Array = new Uint8Array();
  at = 0;
  end = 0;
  mvcc = 0;
  /** Cells that were hidden because their TTL, or the family's, is over. */
  expired = 0;
  readonly #cells: CellCursor;
  readonly #of: Visibility;
  readonly #oldest: bigint;
  readonly #now: bigint;
  readonly #most: number;
  readonly #qualifiers: readonly Buffer[] | null;
  readonly #deletes = new DeleteTracker();
  /** Key of the cell before. */
  #key = Buffer.alloc(0);
  #versions = 0;
  #lastTimestamp = -1n;

  constructor(cells: CellCursor, visibility: Visibility) {
    const { rules, versions, isRaw, nowMs, qualifiers } = visibility;
    this.#cells = cells;
    this.#of = visibility;
    this.#now = BigInt(nowMs);
    this.#oldest = Number.isFinite(rules.ttlMs) ? BigInt(nowMs - rules.ttlMs) : -1n;
    this.#most = isRaw ? versions : Math.min(versions, rules.versions);
    this.#qualifiers = qualifiers?.map((qualifier) => Buffer.from(qualifier)) ?? null;
  }

  advance(): boolean | Promise<boolean> {
    for (;;) {
      const more = this.#cells.advance();
      if (typeof more !== 'boolean') return this.#resume(more);
      if (!more) return false;
      if (this.#take()) return true;
    }
  }

  async #resume(first: Promise<boolean>): Promise<boolean> {
    for (let more = await first; more; more = await this.#cells.advance()) if (this.#take()) return true;
    return false;
  }

  #take(): boolean {
    const { bytes, at, end, mvcc } = this.#cells;
    const keyAt = at + 8;
    const keyEnd = keyAt + int32(bytes, at);
    const key = this.#key;
    if (key.length === 0 || !isSameColumn(key, 0, key.length, bytes, keyAt, keyEnd)) {
      if (key.length === 0 || !isSameRow(key, 0, bytes, keyAt)) this.#deletes.reset();
      this.#versions = 0;
      this.#lastTimestamp = -1n;
      this.#key = Buffer.from(bytes.subarray(keyAt, keyEnd));
    }
    if (!this.#isSeen(bytes, at, end, keyAt, keyEnd)) return false;
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.mvcc = mvcc;
    return true;
  }

  #isSeen(bytes: Uint8Array, at: number, end: number, keyAt: number, keyEnd: number): boolean {
    const familyAt = keyAt + 2 + ((bytes[keyAt]! << 8) | bytes[keyAt + 1]!);
    const qualifier = bytes.subarray(familyAt + 1 + bytes[familyAt]!, keyEnd - 9);
    const timestamp = (BigInt(int32(bytes, keyEnd - 9) >>> 0) << 32n) | BigInt(int32(bytes, keyEnd - 5) >>> 0);
    const type = bytes[keyEnd - 1]!;
    const isDelete = type >= CELL_TYPES.Delete && type <= CELL_TYPES.DeleteFamily;
    if (this.#of.isRaw) {
      // A marker of the whole family is one of each of its columns.
      const isOfFamily = type === CELL_TYPES.DeleteFamily || type === CELL_TYPES.DeleteFamilyVersion;
      if (!isOfFamily && !this.#isWanted(qualifier)) return false;
      return isDelete || ++this.#versions <= this.#most;
    }
    const { minVersions } = this.#of.rules;
    const isExpired = timestamp < this.#oldest;
    if (this.#hasOwnTtlOver(bytes, at, end, timestamp) || (isExpired && minVersions <= 0)) {
      if (!isDelete && this.#isWanted(qualifier)) this.expired++;
      return false;
    }
    if (isDelete) {
      this.#deletes.add(type, timestamp, qualifier);
      return false;
    }
    if (this.#deletes.hides(timestamp, qualifier) || !this.#isWanted(qualifier)) return false;
    // Written twice with one timestamp: the higher mvcc came first, and is the one.
    if (timestamp === this.#lastTimestamp) return false;
    this.#lastTimestamp = timestamp;
    this.#versions++;
    return this.#versions <= this.#most && (this.#versions <= minVersions || !isExpired);
  }

  #isWanted(qualifier: Uint8Array): boolean {
    return this.#qualifiers === null || this.#qualifiers.some((one) => one.equals(qualifier));
  }

  /** A cell's own TTL is in milliseconds; ScanQueryMatcher.isCellTTLExpired. */
  #hasOwnTtlOver(bytes: Uint8Array, at: number, end: number, timestamp: bigint): boolean {
    const ttl = tagOf(bytes, at, end, TAG_TYPES.ttl);
    return ttl?.length === 8 && timestamp + Buffer.from(ttl).readBigInt64BE() < this.#now;
  }
}
