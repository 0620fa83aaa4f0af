import { z } from 'zod';
import { runId } from '../../core/restore-names.ts';
import type { checkVerifyContract } from '../contracts/check-verify.contract.ts';
import { configuredRoot } from '../contracts/full-request.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import { type VerifyRequest, verifyMode, verifyRequest } from '../contracts/verify-request.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { findImage } from './find-image.ts';
import { parseInput } from './parse-input.ts';
import { RequestFile } from './request-file.ts';

/** The input of `verify` as a person types it. */
const typed = z.strictObject({
  root: z.string(),
  /** `latest`, an id, or a prefix of one. */
  image: z.string().min(1).max(64),
  mode: verifyMode.default('checksums'),
  /** Percent of the files whose checksums are asked, or which are read; all are listed. */
  sample: z.number().gt(0).max(100).default(100),
  /** Other seeds take other samples; absent, every run its own. */
  seed: z.string().min(1).max(100).optional(),
  /** At most so many bytes are read; for `deep` only. */
  maxBytes: z.number().int().positive().optional(),
  /** Children of the verify map at once. */
  concurrency: z.number().int().min(1).max(1_000).default(8),
  /** Files a child. */
  chunkObjects: z.number().int().min(1).max(1_000).default(1_000),
});

const EXAMPLE = '{"root":"s3://bucket/backups","image":"latest","mode":"quick"}';

/** @throws InvalidInput, RootNotConfigured, ImageNotFound, ImageNotComplete */
export const checkVerify =
  (
    ports: { readonly objects: ObjectStore; readonly table: SystemTable },
    config: { readonly WORK_BUCKET: string; readonly ROOTS: readonly string[] },
  ) =>
  async ({ execution, input }: InputOf<typeof checkVerifyContract>): Promise<OutputOf<typeof checkVerifyContract>> => {
    const asked = parseInput(typed, input, EXAMPLE);
    const root = configuredRoot(asked.root, config.ROOTS).uri;
    const run = runId('v', execution.arn);
    const file = new RequestFile(ports.objects, config.WORK_BUCKET, verifyRequest);
    const { image } = await file.settle(root, run, await settleImage());
    return { root, run, image, concurrency: asked.concurrency };

    async function settleImage(): Promise<VerifyRequest> {
      const { image: found } = await findImage(ports.table, root, asked.image, undefined);
      const { mode, sample, maxBytes, chunkObjects } = asked;
      return {
        ...{ format: 1, run, root, image: found.id, manifestSha256: found.manifestSha256 },
        ...{ mode, sample, seed: asked.seed ?? run, ...(maxBytes !== undefined && { maxBytes }), chunkObjects },
        ...{ executionArn: execution.arn, startedAt: Date.parse(execution.startTime) },
      };
    }
  };
