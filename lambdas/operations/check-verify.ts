import { runOf } from '../../core/restore-names.ts';
import type { checkVerifyContract } from '../contracts/check-verify.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import { parseVerifyInput } from '../contracts/verify-input.ts';
import { type VerifyRequest, verifyRequest } from '../contracts/verify-request.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { findImage } from './find-image.ts';
import { RequestFile } from './request-file.ts';

/** @throws InvalidInput, RootNotConfigured, ImageNotFound, ImageNotComplete */
export const checkVerify =
  (
    ports: { readonly objects: ObjectStore; readonly table: SystemTable },
    config: { readonly WORK_BUCKET: string; readonly ROOTS: readonly string[] },
  ) =>
  async ({ execution, input }: InputOf<typeof checkVerifyContract>): Promise<OutputOf<typeof checkVerifyContract>> => {
    const asked = parseVerifyInput(input, { roots: config.ROOTS });
    const { root } = asked;
    const run = runOf('v', execution.arn);
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
