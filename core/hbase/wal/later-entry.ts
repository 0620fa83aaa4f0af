import type { Buffer } from 'node:buffer';
import { parseTableName } from '../table-name.ts';
import { EntryFault, EntryShort } from './entry-fault.ts';
import { int32, isMarkerKeyValue } from './key-value.ts';
import { VarintReader } from './varint-reader.ts';
import { MAX_KEY_BYTES, WalKey } from './wal-key.ts';
import type { WalWindow } from './wal-source.ts';

const STEP_BYTES = 1 << 20;
/** A key with the names HBase allows and some scopes fits in here; a longer one is not looked for. */
const LOOK_BYTES = 1 << 12;
const HEX = /^[0-9a-f]{1,64}$/;

/**
 * Where, from `start` up to `stop`, an entry begins, if one does. A log whose writer died ends inside its last entry; if
 * another follows behind the place where reading failed, that place is damaged instead. An entry is recognised by its
 * key, which has to be whole and legal, and by its first cell, unless that too lies beyond the end.
 */
export async function findLaterEntry(
  window: WalWindow,
  start: number,
  stop: number,
  isCompressed: boolean,
): Promise<number | undefined> {
  const recogniser = new EntryRecogniser(isCompressed);
  for (let from = start; from < stop; from += STEP_BYTES) {
    const until = Math.min(stop, from + STEP_BYTES);
    // A length may stand before this step and its key within.
    await window.have(Math.max(start, from - 3), Math.min(stop, until + LOOK_BYTES));
    const { bytes, base } = window;
    const end = Math.min(bytes.length, stop - base);
    // Each key begins with its region: tag 10, behind one to three bytes of length.
    for (let at = bytes.indexOf(10); at >= 0 && base + at < until; at = bytes.indexOf(10, at + 1)) {
      for (let entryAt = at - 1; entryAt >= Math.max(0, at - 3); entryAt--) {
        if (recogniser.isEntry(bytes, entryAt, at, end, base + end === stop)) return base + entryAt;
      }
    }
  }
  return undefined;
}

class EntryRecogniser {
  readonly #isCompressed: boolean;
  readonly #varint = new VarintReader();
  readonly #key = new WalKey();

  constructor(isCompressed: boolean) {
    this.#isCompressed = isCompressed;
  }

  isEntry(b: Buffer, entryAt: number, keyAt: number, end: number, isAll: boolean): boolean {
    // Nearly every byte 10 ends here.
    const regionBytes = b[keyAt + 1] ?? 0;
    if (regionBytes < 1 || regionBytes > 66 || b[keyAt + 2 + regionBytes] !== 18) return false;
    const key = this.#key;
    try {
      const keyEnd = keyAt + this.#varint.int32(b, entryAt, end);
      if (this.#varint.next !== keyAt || keyEnd - keyAt > MAX_KEY_BYTES || keyEnd > end) return false;
      key.read(b, keyAt, keyEnd);
      if (this.#isCompressed) {
        return isItem(b, key.regionAt, key.regionEnd, isRegion) && isItem(b, key.tableAt, key.tableEnd, isTable);
      }
      if (!isRegion(b, key.regionAt, key.regionEnd) || !isTable(b, key.tableAt, key.tableEnd)) return false;
      if (key.cells === 0) return true;
      if (keyEnd + 4 > end) return isAll;
      const length = int32(b, keyEnd);
      if (length < 0) return false;
      if (keyEnd + 4 + length > end) return true;
      isMarkerKeyValue(b, keyEnd + 4, keyEnd + 4 + length);
      return true;
    } catch (error) {
      if (error instanceof EntryFault || error instanceof EntryShort) return false;
      throw error;
    }
  }
}

/** An item spelled out, or an index of two bytes, about which nothing more can be said. */
function isItem(b: Buffer, at: number, end: number, isName: (b: Buffer, at: number, end: number) => boolean): boolean {
  if (b[at] !== 0xff) return end - at === 2 && b[at]! < 128;
  return b[at + 1] === end - at - 2 && isName(b, at + 2, end);
}

function isRegion(b: Buffer, at: number, end: number): boolean {
  return end - at <= 64 && HEX.test(b.toString('latin1', at, end));
}

function isTable(b: Buffer, at: number, end: number): boolean {
  if (end - at > 600) return false;
  try {
    parseTableName(b.toString('utf8', at, end));
    return true;
  } catch {
    return false;
  }
}
