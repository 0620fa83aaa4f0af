import { z } from 'zod';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import type { listCleanUpContract } from '../contracts/list-clean-up.contract.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { CleanUpList } from '../ports/clean-up-list.ts';
import { configuredRoot, firstIssue } from './full-request.ts';

const typedSchema = z.strictObject({ root: z.string().optional() });

/** Entries of one run: keeps the list small enough for a state's output; the next run takes the rest. */
const MOST = 200;

/** {@link listCleanUpContract} @throws InvalidInput, RootNotConfigured */
export const listCleanUp =
  (ports: { cleanUp: CleanUpList }, config: { ROOTS: string[] }) =>
  async (input: { input: unknown }): Promise<OutputOf<typeof listCleanUpContract>> => {
    const typed = typedSchema.safeParse(input.input ?? {});
    if (!typed.success) {
      const { field, message } = firstIssue(typed.error);
      throw new InvalidInput(`${field}: ${message}`, 'the input is {} or like {"root":"s3://bucket/backups"}', {
        field,
      });
    }
    const roots = typed.data.root === undefined ? config.ROOTS : [configuredRoot(typed.data.root, config.ROOTS).uri];
    const entries: OutputOf<typeof listCleanUpContract>['entries'] = [];
    for (const root of roots) {
      for await (const { entryId, sessionId, outcome } of ports.cleanUp.list(root)) {
        entries.push({ root, entryId, sessionId, outcome });
        if (entries.length === MOST) return { entries };
      }
    }
    return { entries };
  };
