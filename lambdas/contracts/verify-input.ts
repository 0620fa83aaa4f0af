import { z } from 'zod';
import { configuredRoot } from './configured-root.ts';
import { parseInput } from './parse-input.ts';
import { verifyMode } from './verify-request.ts';

/** The input of `verify` as a person types it, and the CLI sends it (docs/design.md, "Inputs"). */
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
export type VerifyInput = z.infer<typeof typed>;

const EXAMPLE = '{"root":"s3://bucket/backups","image":"latest","mode":"quick"}';

/**
 * Checks what is asked of a verification against the configuration; `root` in its one spelling.
 * @throws InvalidInput, RootNotConfigured
 */
export function parseVerifyInput(input: unknown, configured: { readonly roots: readonly string[] }): VerifyInput {
  const asked = parseInput(typed, input, EXAMPLE);
  return { ...asked, root: configuredRoot(asked.root, configured.roots).uri };
}
