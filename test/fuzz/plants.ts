/**
 * A fault to be put into a reader: a check that is taken away. The target must find out. Limits of size are not among
 * them: inputs of some kilobytes do not reach them, and each has a test of its own.
 */
export interface Plant {
  readonly name: string;
  /** Of `npm run test:fuzz -- --target`. */
  readonly target: string;
  /** Below `core/hbase/`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const hfile = (target: string, name: string, file: string, from: string, to: string): Plant => {
  return { target, name, file: `hfile/${file}`, from, to };
};
const wal = (name: string, file: string, from: string, to: string): Plant => {
  return { target: 'wal', name, file: `wal/${file}`, from, to };
};

export const PLANTS: readonly Plant[] = [
  hfile('hfile', 'an index that leads round', 'hfile-scanner.ts', 'if (entry.offset >= level.offset)', 'if (false)'),
  hfile(
    'hfile',
    'an entry of an inner index beyond it',
    'index-entries.ts',
    'end < start + 12 || base + end > payload.length',
    'false',
  ),
  hfile(
    'hfile',
    'an entry that names no block',
    'hfile-reader.ts',
    'if (isWithin && onDiskBytes',
    'if (true || onDiskBytes',
  ),
  hfile(
    'codec',
    'a payload that unfolds further than its codec can',
    'compression.ts',
    'if (size > LEAST_ROOM + MOST_RATIO[compression] * payload.length)',
    'if (false)',
  ),
  hfile(
    'codec',
    'zstd without a bound',
    'compression.ts',
    'exactly(zstdDecompressSync(payload, { maxOutputLength }), size)',
    'exactly(zstdDecompressSync(payload), size)',
  ),
  hfile(
    'codec',
    'gz without a bound',
    'compression.ts',
    'gunzipSync(payload, { maxOutputLength, finishFlush',
    'gunzipSync(payload, { finishFlush',
  ),
  hfile('codec', 'a snappy literal beyond its source', 'snappy-block.ts', 'i + length > source.length || ', ''),
  hfile(
    'encoded-block',
    'a family beyond its column',
    'delta-cells.ts',
    'if (at >= columnEnd || at + 1 + target.bytes[at]! > columnEnd)',
    'if (false)',
  ),
  hfile(
    'encoded-block',
    'more shared bytes than there are',
    'delta-cells.ts',
    'shared > Math.min(keyBytes, before.keyBytes)',
    'false',
  ),
  hfile('encoded-block', 'a value beyond its block', 'block-cells.ts', '|| p > b.length)', ')'),
  hfile(
    'encoded-block',
    'a block that says how far it unfolds',
    'decode-data-block.ts',
    'sizeBytes < 0 || sizeBytes > maxBytes',
    'false',
  ),
  hfile('encoded-block', 'bytes that are skipped beyond the end', 'byte-reader.ts', '|| at + length > this.end', ''),
  hfile('run', 'an id beyond what is exact', 'run-reader.ts', 'if (this.mvcc > Number.MAX_SAFE_INTEGER)', 'if (false)'),
  hfile('run', 'a frame of any length', 'run-reader.ts', 'if (length > this.#maxFrameBytes)', 'if (false)'),
  hfile(
    'run',
    'a cell that is none',
    'run-reader.ts',
    'end > this.#frameEnd || !isCell(bytes, at, end)',
    'end > this.#frameEnd',
  ),
  {
    ...{ target: 'table-schema', name: 'an error that is not the reader’s own', file: 'protobuf-message.ts' },
    from: 'throw new HBaseFormatError(what, base + start,',
    to: 'throw error; new HBaseFormatError(what, base + start,',
  },
  wal('a field beyond its key', 'wal-key.ts', 'if (valueEnd <= end) return valueEnd;', 'return valueEnd;'),
  wal('a sequence id beyond what is exact', 'wal-key.ts', 'if (Number.isNaN(value))', 'if (false)'),
  wal(
    'a key or value beyond its cell',
    'key-value.ts',
    'keyBytes < LEAST_KEY || valueBytes < 0 || valueEnd > end',
    'false',
  ),
  wal('a family beyond its key', 'key-value.ts', ' || b[familyAt]! > 127 || familyAt + 10 + b[familyAt]! > keyEnd', ''),
  wal('a type that is none', 'key-value.ts', 'if (TYPES[b[keyEnd - 1]!] === 0)', 'if (false)'),
  wal('tags that do not fit', 'key-value.ts', 'if (valueEnd < end) checkTags(b, valueEnd, end);', ''),
  wal('an entry that is read in part and not undone', 'entry-reader.ts', '      decoder.rollBack();\n', ''),
  wal(
    'a torn tail that is damage, since another entry follows',
    'wal-reader.ts',
    'if (later === undefined) return',
    'return',
  ),
  wal(
    'damage that is taken for room that was never written',
    'wal-reader.ts',
    'if (this.#window.bytes.some((byte) => byte !== 0)) throw corrupt;',
    '',
  ),
  wal('an index record beyond its bytes', 'plain-cells.ts', 'if (p > end) throw new EntryShort(at, p);\n  }', '}'),
];
