import { crc32 } from 'node:zlib';
import { RunReader } from '../../core/hbase/hfile/run-reader.ts';
import { RunWriter } from '../../core/hbase/hfile/run-writer.ts';
import { memorySink } from '../unit/core/hbase/hfile/made-cells.ts';
import { allocatedBy } from './allocation-meter.ts';
import { changed } from './byte-changes.ts';
import { fuzzCells } from './fuzz-cells.ts';
import { guardedSource } from './guarded-source.ts';
import type { Random } from './random.ts';
import { refusalOf } from './refusal.ts';
import type { Target } from './target.ts';

const HEADER = 12;
const MAGIC = 8;
const END = 2;
const MAX_FRAME = 1 << 20;

interface Frame {
  readonly kind: number;
  readonly raw: Uint8Array;
}

const bases = await Promise.all([900, 1_500, 100_000].map((frameBytes) => madeRun({ frameBytes })));

/** Sorted runs of the work area. Their checksums are made right again, so that what they cover is reached. */
export const RUN_TARGET: Target = {
  name: 'run',
  input: (random) => {
    const base = random.of(bases);
    if (random.below(10) === 0) return changed(random, base);
    const frames = framesOf(base);
    for (let i = random.below(2); i >= 0; i--) changeFrame(random, frames);
    return Buffer.concat([base.subarray(0, MAGIC), ...frames.map((frame) => written(random, frame))]);
  },
  check: async (bytes) => {
    const seen: string[] = [];
    for (const windowBytes of [1 << 20, 50]) {
      const work = async () => {
        let cells = 0;
        const refusal = await refusalOf(['RunCorrupt'], async () => {
          const source = guardedSource(bytes, 2 + bytes.length / Math.min(windowBytes, 50));
          const run = new RunReader(source, { windowBytes, maxFrameBytes: MAX_FRAME });
          for (; await run.advance(); cells++) {
            if (!Number.isSafeInteger(run.mvcc)) throw new Error(`mvcc ${run.mvcc}`);
            if (!(run.at >= 0 && run.at < run.end && run.end <= run.bytes.length)) throw new Error('a cell outside');
          }
        });
        seen.push(`${cells} ${refusal}`);
      };
      await allocatedBy(2 * MAX_FRAME + 2 * bytes.length, work);
    }
    if (seen[0] !== seen[1]) throw new Error(`not the same in pieces: ${seen.join(' | ')}`);
  },
};

async function madeRun(options: { frameBytes: number }): Promise<Buffer> {
  const { sink, content } = memorySink();
  const writer = new RunWriter(sink, options);
  for (const { bytes, mvcc } of fuzzCells(60)) await writer.append(bytes, 0, bytes.length, mvcc);
  await writer.finish();
  return content();
}

function framesOf(run: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = MAGIC; at < run.length; ) {
    const kind = run.readUInt32BE(at);
    const end = at + HEADER + run.readUInt32BE(at + 4);
    frames.push({ kind, raw: run.subarray(at + HEADER, end) });
    at = end;
  }
  return frames;
}

function changeFrame(random: Random, frames: Frame[]): void {
  const i = random.below(frames.length);
  const kind = random.below(7);
  if (kind === 0) frames.splice(i, 1);
  else if (kind === 1) frames.splice(i, 0, random.of(frames));
  else if (kind === 2) frames[i] = { kind: random.below(4), raw: frames[i]!.raw };
  else frames[i] = { kind: frames[i]!.kind, raw: changed(random, frames[i]!.raw, cellPlace(random, frames[i]!)) };
  if (frames.length === 0) frames.push({ kind: END, raw: Buffer.alloc(32) });
}

/** Within the lengths of a cell more often than not. */
function cellPlace(random: Random, { kind, raw }: Frame): number {
  if (kind === END || random.below(3) === 0) return random.below(raw.length);
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  let at = 0;
  for (let i = random.below(20); i > 0 && at + 4 <= raw.length; i--) {
    const next = at + 12 + view.getUint32(at);
    if (next + 40 > raw.length) break;
    at = next;
  }
  return at + random.below(40);
}

function written(random: Random, { kind, raw }: Frame): Uint8Array {
  const isLying = random.below(20) === 0;
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(kind, 0);
  header.writeUInt32BE(isLying ? random.of([0, 0x7fffffff, 0xffffffff, raw.length + 1]) : raw.length, 4);
  header.writeUInt32BE(crc32(raw, crc32(header.subarray(0, 8))), 8);
  return Buffer.concat([header, raw]);
}
