import { z } from 'zod';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import { configuredRoot, firstIssue } from '../contracts/full-request.ts';
import type { listCleanUpContract } from '../contracts/list-clean-up.contract.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { CleanUpList } from '../ports/clean-up-list.ts';

const typedSchema = z.strictObject({ root: z.string().optional() });

/** Entries of one run: keeps the list small enough for a state's output; the next run takes the rest. */
const MOST = 200;

/** The roots that the input of `clean-up` means. @throws InvalidInput, RootNotConfigured */
export function cleanUpRoots(input: unknown, configured: string[]): string[] {
  const typed = typedSchema.safeParse(input ?? {});
  if (!typed.success) {
    const { field, message } = firstIssue(typed.error);
    throw new InvalidInput(`${field}: ${message}`, 'the input is {} or like {"root":"s3://bucket/backups"}', {
      field,
    });
  }
  return typed.data.root === undefined ? configured : [configuredRoot(typed.data.root, configured).uri];
}

/** {@link listCleanUpContract} @throws InvalidInput, RootNotConfigured */
export const listCleanUp =
  (ports: { cleanUp: CleanUpList }, config: { ROOTS: string[] }) =>
  async (input: { input: unknown }): Promise<OutputOf<typeof listCleanUpContract>> => {
    const roots = cleanUpRoots(input.input, config.ROOTS);
    const entries: OutputOf<typeof listCleanUpContract>['entries'] = [];
    for (const root of roots) {
      for await (const { entryId, sessionId, outcome } of ports.cleanUp.list(root)) {
        entries.push({ root, entryId, sessionId, outcome });
        if (entries.length === MOST) return { entries };
      }
    }
    return { entries };
  };
