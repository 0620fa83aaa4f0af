import { z } from 'zod';
import { backupIdField, count, digestField, rootField } from './fields.ts';

/** `quick` lists; `checksums` also asks S3 for every checksum; `deep` also reads every HFile. */
export const verifyMode = z.enum(['quick', 'checksums', 'deep']);

/** A checked verification, written once for the steps behind it. */
export const verifyRequest = z.object({
  format: z.literal(1),
  run: z.string(),
  root: rootField,
  image: backupIdField,
  manifestSha256: digestField,
  mode: verifyMode,
  /** Percent of the files that are asked or read; every file is listed. */
  sample: z.number(),
  /** Decides which files are in the sample: the same seed and image, the same files. */
  seed: z.string(),
  /** At most so many bytes are read (deep). */
  maxBytes: count.optional(),
  chunkObjects: count,
  executionArn: z.string(),
  startedAt: count,
});
export type VerifyRequest = z.infer<typeof verifyRequest>;
