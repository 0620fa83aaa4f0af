import { writeTrailer } from '../../core/hbase/hfile/trailer.ts';
import { changed } from './byte-changes.ts';
import { type HFileParts, hfileOf, type Part, type Place } from './hfile-parts.ts';
import { changedMessage } from './message-fields.ts';
import type { Random } from './random.ts';

const NUMBERS = [0, 1, 2, 3, 17, 50, 255, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, -1, -2];
const INT32 = [0, 1, -1, 2, 32, 33, 34, 100, 2 ** 20, 2 ** 20 + 1, 2 ** 28, 2 ** 31 - 1, -(2 ** 31)];
/** Of a header: sizes on disk and unpacked, bytes per checksum, bytes covered by them. */
const HEADER_SIZES = [8, 12, 12, 12, 25, 29];
const BOMB = Buffer.alloc(3 << 20);

/** An HFile changed in one or two places, everything around them made right again. */
export function changedHFile(random: Random, base: HFileParts, bases: readonly HFileParts[]): Buffer {
  const parts = [...base.parts];
  let trailer: Parameters<typeof hfileOf>[1];
  for (let i = random.below(2); i >= 0; i--) {
    if (random.below(5) === 0) trailer = changedTrailer(random);
    else changePart(random, parts, bases);
  }
  if (parts.some(({ type }) => type === 'intermediate index') && random.below(6) === 0) {
    circle(random, parts);
    trailer = (_, fields) =>
      writeTrailer({ ...fields, dataIndexLevels: random.of([3, 4, 9, 50, 2 ** 31, 2 ** 53 - 1]) });
  }
  const file = hfileOf({ ...base, parts }, trailer);
  return random.below(30) === 0 ? Buffer.from(changed(random, file)) : file;
}

function changedTrailer(random: Random): NonNullable<Parameters<typeof hfileOf>[1]> {
  return (bytes, fields) => {
    const numbers = Object.keys(fields).filter((key) => typeof fields[key as keyof typeof fields] === 'number');
    if (random.below(3) > 0) return writeTrailer({ ...fields, [random.of(numbers)]: random.of(NUMBERS) });
    // The message itself: what writeTrailer cannot say.
    const length = 8 + bytes[8]! + (bytes[8]! > 127 ? (bytes[9]! - 1) * 128 + 2 : 1);
    const start = bytes[8]! > 127 ? 10 : 9;
    const message = changedMessage(random, bytes.subarray(start, length)).subarray(0, 4000);
    const out = Buffer.alloc(4096);
    out.set(bytes.subarray(0, 8));
    out[8] = (message.length & 127) | 128;
    out[9] = message.length >> 7;
    out.set(message, 10);
    out.set(bytes.subarray(4092), 4092);
    return out;
  };
}

/** Of any type as likely: there are far more data blocks than all others. */
function somePart(random: Random, parts: readonly Part[]): number {
  const type = random.of([...new Set(parts.map((part) => part.type))]);
  const those = parts.flatMap((part, i) => (part.type === type ? [i] : []));
  return random.of(those);
}

function changePart(random: Random, parts: Part[], bases: readonly HFileParts[]): void {
  const i = somePart(random, parts);
  const part = parts[i]!;
  const kind = random.below(12);
  if (kind === 0) parts.splice(i, 1);
  else if (kind === 1) parts.splice(random.below(parts.length), 0, { ...part, oldOffset: -1 });
  else if (kind === 2) parts.splice(random.below(parts.length), 0, parts.splice(i, 1)[0]!);
  else if (kind === 3) parts[i] = { ...part, type: random.of(parts).type };
  else if (kind === 4) {
    const at = random.of(HEADER_SIZES);
    parts[i] = { ...part, changeHeader: (header) => header.writeInt32BE(random.of(INT32), at) };
  } else if (kind === 5) parts[i] = { ...part, changeStored: (stored) => changed(random, stored) };
  else if (kind === 6) {
    const other = random.of(random.of(bases).parts.filter(({ type }) => type === part.type));
    if (other !== undefined) parts[i] = { ...part, payload: other.payload, entries: [] };
  } else if (kind === 7 && random.below(4) === 0) parts[i] = { ...part, change: () => BOMB };
  else if (part.entries.length > 0 && random.below(2) === 0) parts[i] = { ...part, change: pointElsewhere(random) };
  else {
    const isInfo = part.type === 'file info' && random.below(4) > 0;
    const change = isInfo
      ? (payload: Uint8Array) => Buffer.concat([payload.subarray(0, 4), changedMessage(random, payload.subarray(4))])
      : (payload: Uint8Array) => changed(random, payload, random.below(2) === 0 ? random.below(60) : undefined);
    parts[i] = { ...part, change };
  }
}

/** An entry that names another block, or its own: the index leads back, or round. */
function pointElsewhere(random: Random): (payload: Uint8Array, place: Place) => Uint8Array {
  return (payload, { offset, entries, written }) => {
    const own = { offset, onDiskBytes: 37 + payload.length };
    const { offset: to, onDiskBytes } = written.length === 0 || random.below(3) === 0 ? own : random.of(written);
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    for (const at of random.below(2) === 0 ? entries : [random.of(entries)]) {
      view.setBigInt64(at, BigInt(to));
      view.setInt32(at + 8, onDiskBytes);
    }
    return payload;
  };
}

function circle(random: Random, parts: Part[]): void {
  const i = parts.findIndex(({ type }) => type === 'intermediate index');
  parts[i] = {
    ...parts[i]!,
    change: (payload, place) => pointElsewhere(random)(payload, { ...place, written: [] }),
  };
}
