import { z } from 'zod';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import { configuredRoot } from '../contracts/configured-root.ts';
import { firstIssue } from '../contracts/first-issue.ts';
import type { listCleanUpContract } from '../contracts/list-clean-up.contract.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { CleanUpList } from '../ports/clean-up-list.ts';
import type { Clock } from '../ports/clock.ts';
import type { Pins } from '../ports/pins.ts';

const typedSchema = z.strictObject({ root: z.string().optional() });

/** Entries of one run: keeps the list small enough for a state's output; the next run takes the rest. */
const MOST = 200;
/** The schedule's rate: so often another part of a longer list has its turn. */
const ROUND_MS = 15 * 60_000;
/** A pin that ran out so long ago was left by a run that was killed, and nobody asks about it any more. */
const PIN_KEPT_MS = 24 * 3_600_000;

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

type Entries = OutputOf<typeof listCleanUpContract>['entries'];

/**
 * {@link listCleanUpContract}: entries that only wait for their time come last, and of a list that is too long for one
 * run every run takes another part, so that none starves behind others that fail or are pinned.
 * @throws InvalidInput, RootNotConfigured
 */
export const listCleanUp =
  (
    ports: { cleanUp: Pick<CleanUpList, 'list'>; pins: Pick<Pins, 'list' | 'removeExpired'>; clock: Clock },
    config: { ROOTS: string[] },
  ) =>
  async (input: { input: unknown }): Promise<{ entries: Entries }> => {
    const roots = cleanUpRoots(input.input, config.ROOTS);
    const now = ports.clock.now();
    const due: Entries = [];
    const waiting: Entries = [];
    for (const root of roots) {
      for await (const { entryId, sessionId, outcome, emptiedAt, notBefore } of ports.cleanUp.list(root)) {
        const isWaiting = emptiedAt !== undefined && now < notBefore;
        (isWaiting ? waiting : due).push({ root, entryId, sessionId, outcome });
      }
      for await (const { pinId, expiresAt } of ports.pins.list(root)) {
        if (expiresAt < now - PIN_KEPT_MS) await ports.pins.removeExpired(root, pinId, now - PIN_KEPT_MS);
      }
    }
    const first = due.length > MOST ? (Math.floor(now / ROUND_MS) * MOST) % due.length : 0;
    return { entries: [...due.slice(first), ...due.slice(0, first), ...waiting].slice(0, MOST) };
  };
