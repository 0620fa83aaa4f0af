import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { VerificationFailed } from '../../core/errors/image-errors.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { findingsKey, summaryKey } from '../../core/restore-layout.ts';
import { indexKey, resultKey, workPrefix } from '../../core/stack-layout.ts';
import type { endVerifyContract } from '../contracts/end-verify.contract.ts';
import { count } from '../contracts/fields.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import { verifyRequest } from '../contracts/verify-request.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { atOnce } from './at-once.ts';
import { readChunkLines } from './chunk-lines.ts';
import { readWorkJson } from './read-work-json.ts';
import { RequestFile } from './request-file.ts';
import { type VerifiedRange, verifiedRange } from './verified-range.ts';

const AT_ONCE = 16;
/** Findings that the error names; all of them are in the work bucket. */
const NAMED = 10;
const MAX_INDEX = 256 * 1024 * 1024;

const indexLine = z.object({ chunk: count, table: count });

/** @throws VerificationFailed, UnknownAnswer */
export const endVerify =
  (ports: { readonly objects: ObjectStore }, config: { readonly WORK_BUCKET: string }) =>
  async ({ root, run }: RunInput): Promise<OutputOf<typeof endVerifyContract>> => {
    const { objects } = ports;
    const bucket = config.WORK_BUCKET;
    const work = workPrefix(root, run);
    const request = await new RequestFile(objects, bucket, verifyRequest).read(root, run);
    const chunks = await plannedChunks();
    const ranges = await atOnce(AT_ONCE, chunks, async ({ chunk }): Promise<VerifiedRange> => {
      const key = resultKey(work, chunk);
      const [line = ''] = await readChunkLines(objects, bucket, key);
      return readWorkJson(verifiedRange, line, { bucket, key, next: 'start it again' });
    });
    const findings = ranges.flatMap((range) => range.findings);
    const sum = (of: (range: VerifiedRange) => number) => ranges.reduce((total, range) => total + of(range), 0);
    if (findings.length > 0) {
      const key = findingsKey(work);
      const lines = findings.map((finding) => `${canonicalJson(finding)}\n`).join('');
      await objects.put(bucket, key, Buffer.from(lines));
      const named = findings.slice(0, NAMED).map(({ finding }) => finding);
      throw new VerificationFailed(
        `${findings.length} of ${sum((r) => r.files)} files of ${request.image} are not as they were sealed: ${named.join('; ')}`,
        `all of them: s3://${bucket}/${key}; then holdfast create full ${root} … --standalone`,
        { image: request.image, findings: findings.length },
      );
    }
    const summary: OutputOf<typeof endVerifyContract> = {
      ...{ verifyId: run, image: request.image, mode: request.mode, seed: request.seed, sample: request.sample },
      tables: new Set(chunks.map(({ table }) => table)).size,
      files: sum((r) => r.files),
      bytes: sum((r) => r.bytes),
      checksums: sum((r) => r.checksums),
      read: sum((r) => r.read),
      readBytes: sum((r) => r.readBytes),
    };
    await objects.put(bucket, summaryKey(work), Buffer.from(canonicalJson(summary)));
    return summary;

    async function plannedChunks(): Promise<z.infer<typeof indexLine>[]> {
      const key = indexKey(work, 'verify');
      const index = await objects.get(bucket, key, MAX_INDEX);
      if (index === undefined) throw new UnknownAnswer(`s3://${bucket}/${key} is missing`, 'start it again', { key });
      const lines = Buffer.from(index.bytes).toString('utf8').split('\n');
      return lines
        .filter((line) => line !== '')
        .map((line) => readWorkJson(indexLine, line, { bucket, key, next: 'start it again' }));
    }
  };
