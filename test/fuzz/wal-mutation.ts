import type { Random } from './random.ts';

/** A log that is read rightly, and where its lengths stand. */
export interface BaseLog {
  readonly name: string;
  readonly bytes: Buffer;
  readonly isRecoveredEdits: boolean;
  /** Offsets of its entries. */
  readonly entries: readonly number[];
  /** Places where a length, a count, a tag or a dictionary item begins, as far as they are known. */
  readonly places: readonly number[];
  /** What reading gave, one line an entry. */
  readonly lines: readonly string[];
}

export interface Mutant {
  readonly bytes: Buffer;
  /** Everything before this byte is as it was. */
  readonly changedAt: number;
  /** Only its end is missing. */
  readonly isCut: boolean;
}

/** Lengths that once broke a reader somewhere: int32 as in a cell, and varints as in keys and compressed cells. */
const LENGTHS = [
  '00000000',
  'ffffffff',
  '7fffffff',
  '80000000',
  '00100000',
  'ffffffff07',
  'ffffffff0f',
  'ffffffffffffffffff01',
  '808080808000',
  '8001',
  '00',
  '7f',
  'ff',
  'ff00',
  '7ffe',
  'ff05',
];
const TRAILER = '000000004c415750';

/** One log changed in one to three places, mostly where its grammar has something to say. */
export function mutate(random: Random, base: BaseLog, bases: readonly BaseLog[]): Mutant {
  if (random.below(8) === 0) {
    const length = random.below(base.bytes.length);
    return { bytes: base.bytes.subarray(0, length), changedAt: length, isCut: true };
  }
  // Only where no trailer says that the log is whole, a torn tail is told from damage.
  let bytes = random.below(3) === 0 ? base.bytes.subarray(0, -8) : base.bytes;
  for (let i = random.below(3); i >= 0; i--) {
    const at = Math.min(bytes.length - 1, placeIn(random, base));
    bytes = random.of(CHANGES)(random, bytes, at, bases);
    if (bytes.length < 5) break;
  }
  return { bytes, changedAt: firstDifference(base.bytes, bytes), isCut: false };
}

function firstDifference(a: Buffer, b: Buffer): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

function placeIn(random: Random, { bytes, places, entries }: BaseLog): number {
  const kind = random.below(4);
  if (kind === 0) return random.below(bytes.length);
  if (kind === 1) return random.of(entries) + (random.below(3) === 0 ? 0 : random.below(12));
  return random.of(places) + random.below(3);
}

type Change = (random: Random, bytes: Buffer, at: number, bases: readonly BaseLog[]) => Buffer;

function replaced(bytes: Buffer, at: number, removed: number, put: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(Math.min(bytes.length, at + removed))]);
}

const CHANGES: readonly Change[] = [
  function flipBit(random, bytes, at) {
    return replaced(bytes, at, 1, Uint8Array.of(bytes[at]! ^ (1 << random.below(8))));
  },
  function setByte(random, bytes, at) {
    return replaced(bytes, at, 1, Uint8Array.of(random.below(256)));
  },
  function overwriteLength(random, bytes, at) {
    const length = Buffer.from(random.of(LENGTHS), 'hex');
    return replaced(bytes, at, length.length, length);
  },
  function insertLength(random, bytes, at) {
    return replaced(bytes, at, 0, Buffer.from(random.of(LENGTHS), 'hex'));
  },
  function remove(random, bytes, at) {
    return replaced(bytes, at, 1 + random.below(random.of([2, 40, 1000])), Buffer.alloc(0));
  },
  function repeat(random, bytes, at) {
    return replaced(bytes, at, 0, bytes.subarray(at, at + 1 + random.below(300)));
  },
  function fill(random, bytes, at) {
    const length = 1 + random.below(random.of([8, 600]));
    return replaced(bytes, at, length, Buffer.alloc(length, random.of([0, 0xa5, 0xff])));
  },
  function splice(random, bytes, at, bases) {
    const other = random.of(bases);
    const from = random.of(other.entries);
    return replaced(bytes, at, bytes.length, other.bytes.subarray(from));
  },
  function zeroTail(random, bytes, at) {
    return Buffer.concat([bytes.subarray(0, at), Buffer.alloc(random.below(700))]);
  },
  function zeroEntry(_, bytes, at) {
    return replaced(bytes, at, 1, Uint8Array.of(0));
  },
  function dropTrailer(_, bytes) {
    return bytes.subarray(0, -8);
  },
  function otherHeader(random, bytes, _at, bases) {
    const other = random.of(bases);
    return Buffer.concat([other.bytes.subarray(0, other.entries[0]), bytes.subarray(bytes[4]! + 5)]);
  },
  function cutAndClose(_, bytes, at) {
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(TRAILER, 'hex')]);
  },
];
