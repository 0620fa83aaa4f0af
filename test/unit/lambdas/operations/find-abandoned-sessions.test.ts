import { describe, expect, it } from 'vitest';
import type { Flag } from '../../../../core/items.ts';
import { embeddedMetrics } from '../../../../lambdas/adapters/embedded-metrics.ts';
import { findAbandonedSessions } from '../../../../lambdas/operations/find-abandoned-sessions.ts';
import type { Executions } from '../../../../lambdas/ports/executions.ts';
import type { SystemTable } from '../../../../lambdas/ports/system-table.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const HOUR = 3_600_000;
const GONE = 's3://b/gone';
const QUIET = 's3://b/quiet';
const BUSY = 's3://b/busy';
const BROKEN = 's3://b/broken';
const REPAIR = 'arn:aws:states:us-east-1:111122223333:stateMachine:Repair:live';

const flagOf = (runId: string) => ({ runId, sessionId: 'backup_1', startedAt: NOW - 2 * HOUR }) as unknown as Flag;
const flags: Record<string, Flag | undefined> = { [GONE]: flagOf('gone'), [BUSY]: flagOf('busy') };

function sweep(roots: string[], autoRepair = true) {
  const lines: string[] = [];
  const started: string[] = [];
  const table = {
    readControl: async (root: string) => {
      if (root === BROKEN) throw new Error('no answer');
      return { epoch: 7, version: 1, flag: flags[root] };
    },
    getSession: async () => ({ epoch: 6 }),
    getImageState: async (_root: string, id: string) => ({ backup: 'COMPLETE', deleted: 'SHELL' })[id],
    async *listSessions(root: string) {
      yield { id: 'failed', state: 'FAILED', startedAt: NOW - HOUR };
      // A deletion, and what it deleted: neither is a backup.
      yield { id: 'deletion', state: 'COMPLETE', startedAt: NOW - 2 * HOUR };
      yield { id: 'deleted', state: 'COMPLETE', startedAt: NOW - 3 * HOUR };
      if (root !== BUSY) yield { id: 'backup', state: 'COMPLETE', startedAt: NOW - 30 * HOUR };
      yield { state: 'FAILED', startedAt: NOW - 40 * HOUR };
    },
  } as unknown as SystemTable;
  const executions = {
    status: async (arn: string) => (arn === 'busy' ? { status: 'RUNNING' } : undefined),
    start: async (_machine: string, name: string) => void started.push(name),
  } as unknown as Executions;
  const clock = { now: () => NOW, sleep: async () => {} };
  const metrics = embeddedMetrics({ clock, writeLine: (line) => void lines.push(line) });
  const config = { ROOTS: roots, REPAIR_STATE_MACHINE_ARN: REPAIR, AUTO_REPAIR: autoRepair };
  const measured = () => {
    const values: Record<string, Record<string, unknown>> = {};
    for (const line of lines) {
      const { _aws, Root, ...rest } = JSON.parse(line);
      values[Root] = { ...values[Root], ...rest };
    }
    return values;
  };
  return { run: findAbandonedSessions({ table, executions, metrics, clock }, config), lines, started, measured };
}

describe('FindAbandonedSessions', () => {
  it('goes on behind a root that cannot be looked at, and throws its error at the end', async () => {
    const { run, started, measured } = sweep([BROKEN, GONE, QUIET]);
    await expect(run()).rejects.toThrow('no answer');
    expect(started).toEqual([expect.stringMatching(/^repair-[0-9a-f]{20}-6-1$/)]);
    expect(Object.keys(measured())).toEqual([GONE, QUIET]);
  });

  it('measures every root', async () => {
    const { run, measured } = sweep([GONE, QUIET, BUSY]);
    expect(await run()).toMatchObject({ flags: 2, started: [expect.stringContaining('-6-1')] });
    expect(measured()).toEqual({
      [GONE]: { FlagAgeSeconds: 7_200, OwnerGone: 1, NewestBackupAgeSeconds: 108_000 },
      [QUIET]: { FlagAgeSeconds: 0, OwnerGone: 0, NewestBackupAgeSeconds: 108_000 },
      [BUSY]: { FlagAgeSeconds: 7_200, OwnerGone: 0 },
    });
  });

  it('switched off measures and starts nothing', async () => {
    const { run, started, measured } = sweep([GONE], false);
    expect(await run()).toEqual({ flags: 1, started: [] });
    expect(started).toEqual([]);
    expect(measured()[GONE]).toMatchObject({ OwnerGone: 1 });
  });

  it('writes the embedded metric format', async () => {
    const { run, lines } = sweep([BUSY]);
    await run();
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        _aws: {
          Timestamp: NOW,
          CloudWatchMetrics: [
            {
              Namespace: 'Holdfast',
              Dimensions: [['Root']],
              Metrics: [
                { Name: 'FlagAgeSeconds', Unit: 'Seconds' },
                { Name: 'OwnerGone', Unit: 'Count' },
              ],
            },
          ],
        },
        Root: BUSY,
        FlagAgeSeconds: 7_200,
        OwnerGone: 0,
      },
    ]);
  });
});
