import type { HFileReaderOptions } from '../../core/hbase/hfile/hfile-reader.ts';
import { HFileReader } from '../../core/hbase/hfile/hfile-reader.ts';
import { HFileScanner, type RowRange } from '../../core/hbase/hfile/hfile-scanner.ts';
import { readTrailer, TRAILER_BYTES } from '../../core/hbase/hfile/trailer.ts';
import { verifyHFile } from '../../core/hbase/hfile/verify-hfile.ts';
import { allocatedBy } from './allocation-meter.ts';
import { guardedSource } from './guarded-source.ts';
import { hfileBases } from './hfile-bases.ts';
import { changedHFile } from './hfile-mutation.ts';
import { refusalOf } from './refusal.ts';
import type { Target } from './target.ts';

const VERIFY = ['HFileCorrupt'];
const READ = [...VERIFY, 'HFileUnreadable'];
/** Largest payload that is accepted here, so that a small file that unfolds far shows. */
const MAX_PAYLOAD = 1 << 20;
/** Of gzip, the best of the codecs but zstd, which has no bound below that of a block. */
const MOST_RATIO = 1_100;
const bases = await hfileBases();

/** Whole HFiles: deep verification, opening, scanning. */
export const HFILE_TARGET: Target = {
  name: 'hfile',
  input: (random) => changedHFile(random, random.of(random.below(4) > 0 ? bases.small : bases.whole), bases.whole),
  check: async (bytes) => {
    const outcomes: string[] = [];
    let entryCount: number | undefined;
    // Memory that nobody wrote to is not the same in both rounds.
    for (const [windowBytes, fill] of [
      [8 << 20, 0],
      [300, 0xff],
    ] as const) {
      const work = async () => {
        const refusal = await refusalOf(VERIFY, async () => {
          const source = guardedSource(bytes, 20 + bytes.length / Math.min(windowBytes, 300));
          const report = await verifyHFile(source, { windowBytes, maxPayloadBytes: MAX_PAYLOAD });
          if (report.depth === 'cells') entryCount = report.entryCount;
        });
        outcomes.push(`${refusal}; ${await scanned(bytes, windowBytes, {}, MAX_PAYLOAD)}`);
        const some = { startRow: Buffer.from('row-00003'), stopRow: Buffer.from('row-0002') };
        outcomes.push(await scanned(bytes, windowBytes, some, MAX_PAYLOAD));
      };
      await allocatedBy(4 * MAX_PAYLOAD + 2 * bytes.length, work, fill);
    }
    const [all, some, allAgain, someAgain] = outcomes;
    if (all !== allAgain || some !== someAgain)
      throw new Error(`not the same in pieces: ${[all, allAgain, some, someAgain].join('\n')}`);
    // What is verified can be read; rows of hbase:meta have another order and are refused.
    const isRead =
      entryCount === undefined || all!.endsWith(`; ${entryCount} undefined`) || all!.includes('hbase:meta');
    if (!isRead) throw new Error(`verified with ${entryCount} cells, but ${all}`);
    if (!isZstd(bytes)) await allocatedBy((1 << 20) + MOST_RATIO * bytes.length, () => readWithoutLimits(bytes));
  },
};

/** As it is read when nobody sets limits: memory then follows from the file alone. */
async function readWithoutLimits(bytes: Uint8Array): Promise<void> {
  await refusalOf(VERIFY, () => verifyHFile(guardedSource(bytes, 100)));
  await scanned(bytes, undefined, {}, undefined);
}

async function scanned(
  bytes: Uint8Array,
  windowBytes: number | undefined,
  range: RowRange,
  maxPayloadBytes: number | undefined,
): Promise<string> {
  let cells = 0;
  const refusal = await refusalOf(READ, async () => {
    // Nothing of the index but its root is at hand, so that going round in it shows as reads.
    const options: HFileReaderOptions = {
      tailBytes: TRAILER_BYTES,
      ...(windowBytes === undefined ? {} : { windowBytes }),
      ...(maxPayloadBytes === undefined ? {} : { maxPayloadBytes }),
    };
    const reader = await HFileReader.open(guardedSource(bytes, 20 + bytes.length / 33), options);
    const scanner = new HFileScanner(reader, range);
    for (; await scanner.advance(); cells++) {
      const { at, end, mvcc } = scanner;
      if (!(at >= 0 && at < end && end <= scanner.bytes.length)) throw new Error(`a cell at ${at} to ${end}`);
      if (!Number.isSafeInteger(mvcc) || mvcc < 0) throw new Error(`mvcc ${mvcc}`);
    }
  });
  return `${cells} ${refusal}`;
}

function isZstd(bytes: Uint8Array): boolean {
  try {
    return readTrailer(bytes.subarray(bytes.length - TRAILER_BYTES), bytes.length).compression === 'ZSTD';
  } catch {
    return false;
  }
}
