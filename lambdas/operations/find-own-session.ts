import type { SystemTable } from '../ports/system-table.ts';

/**
 * The session that an execution began, if it began one: the claim in the history stores the execution's ARN. Ids are at
 * least the milliseconds of the execution's start, so older ones need not be read.
 */
export async function findOwnSession(
  table: Pick<SystemTable, 'readControl' | 'listSessions'>,
  root: string,
  execution: { readonly arn: string; readonly startTime: string },
): Promise<string | undefined> {
  const { flag } = await table.readControl(root);
  if (flag?.executionArn === execution.arn) return flag.sessionId;
  const startMs = Date.parse(execution.startTime);
  for await (const session of table.listSessions(root)) {
    if (session.executionArn === execution.arn) return session.id;
    if (session.startedAt < startMs - DAY_MS) break;
  }
  return undefined;
}

/** Sessions queue at the flag for less than this; clocks differ by less too. */
const DAY_MS = 86_400_000;
