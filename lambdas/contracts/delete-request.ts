import { z } from 'zod';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import { configuredRoot } from './configured-root.ts';
import { backupIdField, count, rootField } from './fields.ts';
import { parseInput } from './parse-input.ts';

/** What a person types into the console, or the CLI sends (docs/design.md, "Inputs"). */
const typedSchema = z.strictObject({
  root: z.string(),
  images: z.array(z.string().min(1)).nonempty().max(1_000).optional(),
  olderThanDays: z.number().int().min(1).max(36_500).optional(),
  cascade: z.boolean().optional(),
  force: z.boolean().optional(),
  dryRun: z.boolean().optional(),
});

const EXAMPLE = '{"root":"s3://bucket/backups","images":["backup_1764000000000"]}';
const DAY_MS = 86_400_000;

/** A request whose ids are as they were typed. */
export interface TypedDelete {
  readonly root: string;
  readonly images: readonly string[] | null;
  readonly completedBefore: number | null;
  readonly cascade: boolean;
  readonly force: boolean;
  readonly dryRun: boolean;
}

/**
 * Checks a request to delete against the configuration. `startMs`: of the execution; "older" is older than then.
 * @throws InvalidInput, RootNotConfigured
 */
export function parseDeleteRequest(typed: unknown, roots: readonly string[], startMs: number): TypedDelete {
  const { root, images, olderThanDays, cascade, force, dryRun } = parseInput(typedSchema, typed, EXAMPLE);
  const refuse = (field: string, why: string) =>
    new InvalidInput(`${field}: ${why}`, `the input is like ${EXAMPLE}`, { field });
  if ((images === undefined) === (olderThanDays === undefined)) {
    throw refuse('images', 'name the images, or give "olderThanDays"; one of the two');
  }
  if (cascade && force) throw refuse('force', '"cascade" deletes what follows too, "force" leaves it; one of the two');
  return {
    root: configuredRoot(root, roots).uri,
    images: images ?? null,
    completedBefore: olderThanDays === undefined ? null : startMs - olderThanDays * DAY_MS,
    cascade: cascade ?? false,
    force: force ?? false,
    dryRun: dryRun ?? false,
  };
}

/** A checked request: what `CheckDelete` makes of the execution's input. */
export const deleteRequestField = z.object({
  root: rootField,
  /** Null: those that were COMPLETE before `completedBefore`. */
  images: z.array(backupIdField).nullable(),
  /** FAILED sessions that the history is to show no more. */
  sessions: z.array(backupIdField),
  completedBefore: count.nullable(),
  cascade: z.boolean(),
  force: z.boolean(),
  dryRun: z.boolean(),
});
export type DeleteRequest = z.infer<typeof deleteRequestField>;
