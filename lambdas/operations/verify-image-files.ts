import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { CheckDepth } from '../../core/check-depth.ts';
import { compressLines } from '../../core/compressed-lines.ts';
import { OutOfTime } from '../../core/errors/platform-errors.ts';
import type { FileEntry } from '../../core/file-entry.ts';
import { readFileEntry } from '../../core/file-entry-line.ts';
import { HFileCorrupt } from '../../core/hbase/hfile/hfile-corrupt.ts';
import { verifyHFile } from '../../core/hbase/hfile/verify-hfile.ts';
import { dataKey } from '../../core/image-layout.ts';
import { partialKey } from '../../core/restore-layout.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { chunkKey, resultKey, workPrefix } from '../../core/stack-layout.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { verifyImageFilesContract } from '../contracts/verify-image-files.contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Pins } from '../ports/pins.ts';
import type { StepRun } from '../ports/step-run.ts';
import { atOnce } from './at-once.ts';
import { findChunkLines, readChunkLines } from './chunk-lines.ts';
import { HeldFiles } from './held-files.ts';
import { notingFailure } from './noting-failure.ts';
import { holdPin } from './pin-lease.ts';
import { readWorkJson } from './read-work-json.ts';
import type { VerifiedRange } from './verified-range.ts';

/** Requests for checksums in flight, and files being read: reading is work of the processor. */
const ASKED_AT_ONCE = 32;
const READ_AT_ONCE = 2;

interface Looked {
  readonly entry: FileEntry;
  readonly depth: CheckDepth;
  /** What was looked at and need not be again. */
  done: 'nothing' | 'checksum' | 'bytes';
  finding: string | undefined;
}

/** A line of a chunk: written by PlanVerify. */
const chunkLine = z.object({ depth: z.enum(['list', 'checksum', 'read']), entry: z.looseObject({}) });
const partialLine = z.object({ done: z.enum(['nothing', 'checksum', 'bytes']), finding: z.string().optional() });

/**
 * A child of the verify map. What is wrong with a file is a finding, not a failure: all ranges are looked at, and
 * `EndVerify` says everything that was found. Writes results only.
 * @throws PinExpired, OutOfTime (what was looked at is noted, and the next try goes on behind it)
 */
export const verifyImageFiles =
  (
    ports: { readonly objects: ObjectStore; readonly pins: Pins; readonly clock: Clock },
    config: { readonly WORK_BUCKET: string },
  ) =>
  async (
    { BatchInput: { root: rootUri, run }, Items }: InputOf<typeof verifyImageFilesContract>,
    { stopAt }: StepRun,
  ): Promise<OutputOf<typeof verifyImageFilesContract>> => {
    const { objects } = ports;
    const bucket = config.WORK_BUCKET;
    const work = workPrefix(rootUri, run);
    const root = parseS3Uri(rootUri, 'root');
    let files = 0;
    let findings = 0;
    for (const { chunk } of Items) {
      const child = { step: 'VerifyImageFiles', number: chunk };
      const found = await notingFailure({ objects, bucket, work }, child, () => look(chunk));
      files += found.files;
      findings += found.findings.length;
    }
    return { files, findings };

    async function look(chunk: number): Promise<VerifiedRange> {
      await holdPin(ports, { root: rootUri, run });
      const key = chunkKey(work, chunk);
      const looked = (await readChunkLines(objects, bucket, key)).map((line): Looked => {
        const { depth, entry } = readWorkJson(chunkLine, line, { bucket, key, next: 'start it again' });
        return { depth, entry: readFileEntry(canonicalJson(entry), key), done: 'nothing', finding: undefined };
      });
      // A chunk may lie deep inside a large table: what is before its first family is not listed.
      const first = looked[0]?.entry.path ?? '';
      const held = new HeldFiles(objects, root, first.slice(0, first.lastIndexOf('/') + 1));
      for (const one of looked) one.finding = await held.wrongWith(one.entry);
      await held.close();
      const there = looked.filter((one) => one.finding === undefined);
      const asked = there.filter(({ depth }) => depth !== 'list');
      await goOnWhereStopped(chunk, looked, asked);
      let read: Looked[];
      try {
        await atOnce(ASKED_AT_ONCE, asked, async (one) => {
          if (one.done !== 'nothing') return;
          one.finding = await inTime(() => checksumFinding(one.entry));
          one.done = 'checksum';
        });
        read = asked.filter((one) => one.depth === 'read' && (one.done === 'bytes' || one.finding === undefined));
        await atOnce(READ_AT_ONCE, read, async (one) => {
          if (one.done === 'bytes') return;
          one.finding = await inTime(() => readFinding(one.entry));
          one.done = 'bytes';
        });
      } catch (error) {
        if (error instanceof OutOfTime) {
          const lines = looked.map(({ done, finding }) =>
            canonicalJson(finding === undefined ? { done } : { done, finding }),
          );
          await objects.put(bucket, partialKey(work, chunk), compressLines(lines));
        }
        throw error;
      }
      const result: VerifiedRange = {
        files: looked.length,
        bytes: looked.reduce((sum, { entry }) => sum + entry.size, 0),
        checksums: asked.length,
        read: read.length,
        readBytes: read.reduce((sum, { entry }) => sum + entry.size, 0),
        findings: looked.flatMap(({ entry, finding }) =>
          finding === undefined ? [] : [{ path: entry.path, holder: entry.holder, finding }],
        ),
      };
      await objects.put(bucket, resultKey(work, chunk), compressLines([canonicalJson(result)]));
      return result;
    }

    async function goOnWhereStopped(chunk: number, looked: readonly Looked[], asked: readonly Looked[]): Promise<void> {
      const key = partialKey(work, chunk);
      const lines = (await findChunkLines(objects, bucket, key)) ?? [];
      for (const [i, line] of lines.entries()) {
        const one = looked[i];
        if (one === undefined || !asked.includes(one)) continue;
        const { done, finding } = readWorkJson(partialLine, line, { bucket, key, next: 'start it again' });
        [one.done, one.finding] = [done, done === 'nothing' ? undefined : finding];
      }
    }

    async function inTime<T>(work: () => Promise<T>): Promise<T> {
      if (ports.clock.now() >= stopAt)
        throw new OutOfTime('a range is not looked at to its end', 'it goes on by itself');
      return work();
    }

    async function checksumFinding(entry: FileEntry): Promise<string | undefined> {
      const what = `${entry.path} of ${entry.holder}`;
      const found = await objects.attributes(root.bucket, dataKey(root, entry.holder, entry.path));
      if (found === undefined) return `${what} is missing`;
      if (found.checksum === undefined) return `${what} has no CRC64NVME checksum`;
      if (found.checksum.value === entry.checksum.value) return undefined;
      return `${what} has the checksum ${found.checksum.value} instead of ${entry.checksum.value}`;
    }

    async function readFinding(entry: FileEntry): Promise<string | undefined> {
      const key = dataKey(root, entry.holder, entry.path);
      const source = {
        sizeBytes: entry.size,
        read: (offset: number, length: number) =>
          inTime(() => objects.getRange(root.bucket, key, offset, length, entry.etag)),
      };
      try {
        await verifyHFile(source);
        return undefined;
      } catch (error) {
        if (error instanceof HFileCorrupt) return `${entry.path} of ${entry.holder}: ${error.message}`;
        throw error;
      }
    }
  };
