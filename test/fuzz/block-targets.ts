import type { BlockHeader } from '../../core/hbase/hfile/block.ts';
import { payloadOf } from '../../core/hbase/hfile/block.ts';
import { BlockCells, type CellLayout } from '../../core/hbase/hfile/block-cells.ts';
import { compress, WRITER_COMPRESSIONS, type WriterCompression } from '../../core/hbase/hfile/compress.ts';
import { COMPRESSIONS } from '../../core/hbase/hfile/compression.ts';
import { decodeDataBlock } from '../../core/hbase/hfile/decode-data-block.ts';
import { fixture } from '../support/fixture.ts';
import { allocatedBy } from './allocation-meter.ts';
import { changed } from './byte-changes.ts';
import { deltaBlock } from './delta-grammar.ts';
import { partsOf } from './hfile-parts.ts';
import type { Random } from './random.ts';
import { refusalOf } from './refusal.ts';
import type { Target } from './target.ts';

const MAX_PAYLOAD = 1 << 20;
const ENCODED = ['prefix-tags', 'diff-tags', 'fast-diff-tags', 'row-index-v1-tags', 'none-tags'];
const PLAIN = [0, 1, 2, 3, 4, 5, 6, 7].map((bits): CellLayout => {
  const mvcc = (['none', 'zero', 'vint', 'vint'] as const)[bits & 3]!;
  return { hasTags: bits > 3, hasCompressedTags: (bits & 3) === 3, mvcc, isOrdered: true };
});
/** With tags, and ids as vints. */
const FULL_LAYOUTS = [6, 7];

const encodedBlocks = ENCODED.flatMap((name) => {
  const { parts } = partsOf(fixture('hfiles').get(`encoded-${name}`)!);
  return parts.filter(({ type }) => type === 'data' || type === 'encoded data').slice(0, 2);
});

/** One data block, its first byte the layout: decoded, and its cells gone through. */
export const ENCODED_BLOCK_TARGET: Target = {
  name: 'encoded-block',
  input: (random) => {
    const layout = random.below(3) === 0 ? random.below(8) : random.of(FULL_LAYOUTS);
    const base = random.of(encodedBlocks);
    const isGrammar = random.below(2) === 0;
    let payload: Uint8Array = isGrammar ? deltaBlock(random, PLAIN[layout]!) : base.payload;
    for (let i = random.below(isGrammar ? 2 : 3); i > 0 - Number(!isGrammar); i--)
      payload = changed(random, payload, random.below(2) === 0 ? 2 + random.below(200) : undefined);
    const isPlain = !isGrammar && base.type === 'data';
    if (!isPlain && payload.length > 6 && random.below(12) === 0) payload = lying(random, payload);
    else if (!isPlain) payload = withSize(payload, layout);
    return Buffer.concat([Buffer.from([layout + (isPlain ? 8 : 0)]), payload]);
  },
  check: async (bytes) => {
    const isPlain = (bytes[0]! & 8) !== 0;
    const layout = PLAIN[bytes[0]! & 7]!;
    const header = headerOf(isPlain ? 'data' : 'encoded data', bytes.length);
    const outcomes: string[] = [];
    for (const around of [0, 0xff]) {
      const payload = surrounded(bytes.subarray(1), around);
      const work = async () => {
        const cells = new BlockCells(layout);
        let ends = '';
        const refusal = await refusalOf(['HFileCorrupt'], () => {
          cells.open(isPlain ? payload : decodeDataBlock(payload, layout, header, MAX_PAYLOAD), header);
          for (let count = 0; cells.next(); count++) {
            if (count > MAX_PAYLOAD / 20) throw new Error('more cells than there is room for');
            if (!(cells.at < cells.end && cells.end <= cells.bytes.length)) throw new Error(`a cell to ${cells.end}`);
            ends += ` ${cells.end} ${cells.mvcc()} ${cells.bytes[cells.keyEnd - 1]}`;
          }
        });
        outcomes.push(`${ends} ${refusal}`);
      };
      await allocatedBy(4 * MAX_PAYLOAD + 4 * bytes.length, work, around);
    }
    if (outcomes[0] !== outcomes[1]) throw new Error(`looks at what is not its own: ${outcomes.join(' | ')}`);
  },
};

/** It says that it unfolds to something else. */
function lying(random: Random, payload: Uint8Array): Uint8Array {
  const sized = Buffer.from(payload);
  sized.writeInt32BE(random.of([-1, 0, 1, MAX_PAYLOAD + 1, 8 * MAX_PAYLOAD, 2 ** 31 - 1, -(2 ** 31)]), 2);
  return sized;
}

/** The size that a changed block unfolds to, so that it is not for its size alone that it is refused. */
function withSize(payload: Uint8Array, layout: number): Uint8Array {
  if (payload.length < 6) return payload;
  const sized = Buffer.from(payload);
  sized.writeInt32BE(MAX_PAYLOAD, 2);
  try {
    decodeDataBlock(sized, PLAIN[layout]!, headerOf('encoded data', payload.length), MAX_PAYLOAD);
  } catch (error) {
    const size = /unfolds to (\d+) bytes, it says/.exec((error as Error).message)?.[1];
    if (size === undefined || Number(size) > MAX_PAYLOAD) return payload;
    sized.writeInt32BE(Number(size), 2);
    return sized;
  }
  return payload;
}

/** A frame (its size, that of its one chunk, the chunk) whose chunk ends early and says so. */
function withoutEnd(random: Random, stored: Uint8Array): Uint8Array {
  const cut = Buffer.from(stored.subarray(0, Math.max(8, stored.length - 1 - random.below(8))));
  if (cut.length > 8 && cut.readInt32BE(4) === stored.length - 8) cut.writeInt32BE(cut.length - 8, 4);
  return cut;
}

const BOMB_BYTES = 1 << 23;
const bombs = new Map<WriterCompression, Uint8Array>();
const bombOf = (writer: WriterCompression): Uint8Array => {
  const bomb = bombs.get(writer) ?? compress(writer, Buffer.alloc(BOMB_BYTES));
  bombs.set(writer, bomb);
  return bomb;
};

/** A compressed payload: a byte for its codec, four for the size that its header says, and what is stored. */
export const CODEC_TARGET: Target = {
  name: 'codec',
  input: (random) => {
    const writer = random.of(WRITER_COMPRESSIONS);
    const isBomb = random.below(25) === 0;
    const raw = Buffer.alloc(
      isBomb ? BOMB_BYTES : random.below(random.of([40, 3000])),
      'some text that repeats itself, ',
    );
    for (let i = isBomb ? 0 : random.below(50); i > 0 && raw.length > 0; i--)
      raw[random.below(raw.length)] = random.below(256);
    let stored = isBomb ? bombOf(writer) : compress(writer, raw);
    if (!isBomb && random.below(4) === 0) stored = withoutEnd(random, stored);
    for (let i = random.below(3); i > 0; i--)
      stored = changed(random, stored, random.below(2) === 0 ? random.below(16) : undefined);
    const head = Buffer.alloc(5);
    head[0] = COMPRESSIONS.indexOf(writer === 'ZSTD framed' ? 'ZSTD' : writer);
    const lie = random.of([0, 1, 2, 100, 1 << 20, 1 << 28, 2 ** 31 - 1]);
    head.writeInt32BE(random.below(5) === 0 || isBomb ? lie : raw.length, 1);
    // A frame's own size follows the lie, else it is refused for that alone.
    if (lie > 0 && stored.length > 4 && !isBomb && random.below(8) === 0) {
      head.writeInt32BE(lie, 1);
      stored = Buffer.concat([head.subarray(1), stored.subarray(4)]);
    }
    return Buffer.concat([head, stored]);
  },
  check: async (bytes) => {
    if (bytes.length < 5) return;
    const compression = COMPRESSIONS[bytes[0]!]!;
    const uncompressedBytes = Buffer.from(bytes.subarray(1, 5)).readInt32BE();
    const stored = bytes.subarray(5);
    const header = { ...headerOf('data', stored.length), uncompressedBytes };
    const outcomes: string[] = [];
    // What a codec can make of so few bytes at most; zstd says "the same again" of 128 kB in four.
    const ratio = compression === 'ZSTD' ? 33_000 : compression === 'GZ' ? 1_100 : 300;
    const limit = Math.min((1 << 28) + (1 << 20), 100_000 + ratio * stored.length);
    for (const around of [0, 0xff]) {
      const block = surrounded(Buffer.concat([Buffer.alloc(33), stored]), around);
      const work = async () => {
        const refusal = await refusalOf(['HFileCorrupt'], () => {
          const payload = payloadOf(block, 0, header, compression, 1 << 28)!;
          if (payload.length !== uncompressedBytes) throw new Error(`${payload.length} bytes came out`);
          outcomes.push(payload.subarray(0, 5_000).toString('latin1'));
        });
        outcomes.push(`${refusal}`);
      };
      // Chunks of a bomb are small, all of them together are not.
      const { totalBytes } = await allocatedBy(limit, work, around);
      if (totalBytes > 200_000 + 4 * Math.max(0, uncompressedBytes))
        throw new Error(`${totalBytes} bytes in all for a payload of ${uncompressedBytes}`);
    }
    const half = outcomes.length / 2;
    if (outcomes.slice(0, half).join() !== outcomes.slice(half).join()) throw new Error('looks at what is not its own');
  },
};

function headerOf(type: BlockHeader['type'], bytes: number): BlockHeader {
  return {
    type,
    offset: 0,
    onDiskBytes: 33 + bytes,
    uncompressedBytes: bytes,
    previousOffset: -1,
    checksum: 'NULL',
    bytesPerChecksum: 16_384,
    coveredBytes: 33 + bytes,
  };
}

/** In the middle of other bytes, as in a window: what looks past its ends sees them. */
function surrounded(bytes: Uint8Array, around: number): Buffer {
  const more = Buffer.alloc(300, around);
  return Buffer.concat([more, bytes, more]).subarray(more.length, more.length + bytes.length);
}
