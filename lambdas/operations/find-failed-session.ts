import { z } from 'zod';
import { OwnerRunning } from '../../core/errors/flag-errors.ts';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import { configuredRoot } from '../contracts/configured-root.ts';
import type { findFailedSessionContract } from '../contracts/find-failed-session.contract.ts';
import { firstIssue } from '../contracts/first-issue.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Executions } from '../ports/executions.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { ownerOf, startedText } from './flag-owner.ts';

const typedSchema = z.strictObject({
  root: z.string(),
  stopOwner: z.boolean().optional(),
  /** Of auto-repair: the epoch that the sweep saw. Another one by now means somebody else was faster. */
  epoch: z.number().int().optional(),
});

/**
 * {@link findFailedSessionContract}: starts from the control item, never guesses.
 * @throws InvalidInput, RootNotConfigured, OwnerRunning (unless told to stop the owner)
 */
export const findFailedSession =
  (ports: { table: SystemTable; executions: Pick<Executions, 'status'> }, config: { ROOTS: string[] }) =>
  async (input: {
    input: unknown;
    execution: { arn: string };
  }): Promise<OutputOf<typeof findFailedSessionContract>> => {
    const typed = typedSchema.safeParse(input.input);
    if (!typed.success) {
      const { field, message } = firstIssue(typed.error);
      throw new InvalidInput(`${field}: ${message}`, 'the input is like {"root":"s3://bucket/backups"}', { field });
    }
    const { uri: root } = configuredRoot(typed.data.root, config.ROOTS);
    const { epoch, flag } = await ports.table.readControl(root);
    if (!flag || (typed.data.epoch !== undefined && typed.data.epoch !== epoch && flag.runId !== input.execution.arn)) {
      return { decision: 'NO_FLAG', root, lastSession: await lastSession(ports.table, root) };
    }
    const owner =
      flag.runId === input.execution.arn
        ? { isRunning: false, end: 'is this repair' }
        : await ownerOf(ports.executions, flag);
    if (owner.isRunning && typed.data.stopOwner) {
      return { decision: 'STOP_OWNER', root, ownerArn: flag.runId, sessionId: flag.sessionId };
    }
    if (owner.isRunning) {
      throw new OwnerRunning(
        `${startedText(flag)} is ${flag.phase === 'WORK' ? 'running' : 'being rolled back'} on ${root}: there is nothing to repair yet`,
        `holdfast progress ${root} --follow        (holdfast repair ${root} --stop-owner stops it first)`,
        { sessionId: flag.sessionId, executionArn: flag.runId },
      );
    }
    const reason = {
      name: 'OwnerGone',
      message: `${flag.operation} ${owner.end}; repaired`,
      hint: 'run the same command again',
    };
    return { decision: 'REPAIR', root, sessionId: flag.sessionId, epoch, operation: flag.operation, reason };
  };

async function lastSession(table: SystemTable, root: string) {
  for await (const { id, state, reason } of table.listSessions(root))
    return { id, state, ...(reason ? { reason } : {}) };
  return null;
}
