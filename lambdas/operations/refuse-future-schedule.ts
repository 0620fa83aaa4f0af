import { InvalidInput } from '../../core/errors/input-errors.ts';

/** By how much the clocks of the scheduler and of a function may differ. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * A start that claims to be a later one would take that one's place: when the schedule makes it, it would be skipped as
 * delivered twice.
 * @throws InvalidInput
 */
export function refuseFutureSchedule(typed: unknown, nowMs: number): void {
  const { schedule } = typed as { readonly schedule?: { readonly time: string } };
  if (schedule === undefined) return;
  const dueMs = Date.parse(schedule.time);
  if (dueMs <= nowMs + TOLERANCE_MS) return;
  throw new InvalidInput(
    `schedule.time: ${Number.isNaN(dueMs) ? `${JSON.stringify(schedule.time)} is no time` : `${schedule.time} is still to come`}`,
    'leave "schedule" to the schedules of the stack; a backup that is started by hand has none',
    { field: 'schedule.time' },
  );
}
