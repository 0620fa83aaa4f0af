// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of definitions
import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { type AslDefinition, aslStates } from '../../infra/asl-grants.ts';
import { LONGEST_TIMEOUT_SECONDS } from '../../infra/sizes.ts';
import { STEPS } from '../../infra/steps.ts';
import { definitions } from './definitions.ts';

/** The three shapes of a retry; a task uses all of them, or fewer. */
const RETRIES = {
  /** The platform, not the work: gives up after 30 s at most (2 + 4 + 8 + 16). */
  transient: {
    ErrorEquals: [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.Unknown',
      'Runtime.ExitError',
      'Sandbox.Timedout',
      'PlatformUnavailable',
    ],
    IntervalSeconds: 2,
    BackoffRate: 2,
    MaxAttempts: 4,
    JitterStrategy: 'FULL',
  },
  /** No concurrency left: gives up after at most 7.5 minutes (5 + 10 + 20 + 40 + 6 × 60). */
  throttled: {
    ErrorEquals: ['Lambda.TooManyRequestsException'],
    IntervalSeconds: 5,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    MaxAttempts: 10,
    JitterStrategy: 'FULL',
  },
  /** A step that stopped before its deadline goes on where it was: 20 times a quarter of an hour. */
  continued: { ErrorEquals: ['OutOfTime'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 20 },
};

interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly object[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly Arguments?: { readonly FunctionName?: string; readonly Payload?: { readonly contract?: number } };
  readonly ToleratedFailureCount?: number;
  readonly ToleratedFailurePercentage?: number;
}

describe.each(definitions())('the definition of $name', ({ text }) => {
  const definition = JSON.parse(text) as AslDefinition & { TimeoutSeconds?: number; QueryLanguage?: string };
  const states = [...aslStates(definition)] as unknown as [string, State][];

  it('is valid Amazon States Language', () => {
    const substituted = JSON.parse(text.replaceAll('${Partition}', 'aws'));
    expect(validate(substituted)).toMatchObject({ isValid: true, errors: [] });
  });

  it('is JSONata with a time-out of its own', () => {
    expect(definition.QueryLanguage).toBe('JSONata');
    expect(definition.TimeoutSeconds).toBeGreaterThan(0);
  });

  it('has unique state names: one name, one thing in the history', () => {
    const names = states.map(([name]) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it('says of every state why it is there, or what it keeps', () => {
    for (const [name, { Comment }] of states)
      expect([name, Comment]).toEqual([name, expect.stringMatching(/^\S.{8,}\S$/)]);
  });

  it('gives every task a time-out that its function fits into, and the named retries only', () => {
    for (const [name, state] of states) {
      if (state.Type !== 'Task') continue;
      expect([name, state.TimeoutSeconds]).toEqual([name, expect.any(Number)]);
      const step = STEPS.find((one) => `\${${one.name}Function}` === state.Arguments?.FunctionName);
      if (step) {
        expect([name, step.size.timeoutSeconds]).toEqual([
          name,
          expect.toSatisfy((s) => s + 60 <= state.TimeoutSeconds!),
        ]);
      }
      // A little longer than a Lambda can live: its own time-out is the one that is seen, and retried.
      expect(state.TimeoutSeconds).toBeLessThanOrEqual(LONGEST_TIMEOUT_SECONDS + 120);
      expect([name, state.Retry?.length]).toEqual([name, expect.any(Number)]);
      for (const retry of state.Retry ?? []) expect(Object.values(RETRIES)).toContainEqual(retry);
    }
  });

  it('catches domain errors before States.ALL', () => {
    for (const [name, { Catch }] of states) {
      const all = (Catch ?? []).findIndex(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
      if (all >= 0) expect([name, all]).toEqual([name, Catch!.length - 1]);
    }
  });

  it('tolerates no failure of a map, and says the contract in every payload', () => {
    for (const [name, state] of states) {
      expect([name, state.ToleratedFailureCount ?? 0, state.ToleratedFailurePercentage ?? 0]).toEqual([name, 0, 0]);
    }
    const calls = text.match(/"FunctionName"/g) ?? [];
    expect((text.match(/"contract": 1|'contract': 1/g) ?? []).length).toBeGreaterThanOrEqual(calls.length - 3);
  });
});

describe('the definition of incremental-backup', () => {
  const OF_LOGS = ['IsFromSnapshot', 'PlanWals', 'IsAnythingToSplit', 'SplitWals', 'PlanMerge', 'IsAnythingToMerge'];

  /** What tests on full-backup show holds for both: but for the first state, the name of the operation and logs they are one. */
  it('is that of full-backup but for logs: the same states, in the same frame', () => {
    const bare = (name: string) => {
      const text = definitions()
        .find((one) => one.name === name)!
        .text.replace(/"Comment": ".*"/g, '"Comment": ""')
        .replaceAll('CheckIncremental', 'CheckInput')
        .replace('"operation": "incremental-backup"', '"operation": "full-backup"')
        .replace('"Next": "IsFromSnapshot"', '"Next": "PlanBackup"');
      const definition = JSON.parse(text) as {
        States: { BackUp: { Branches: [{ States: Record<string, unknown> }] } };
      };
      const { States } = definition.States.BackUp.Branches[0];
      for (const state of [...OF_LOGS, 'MergeRuns', 'PlanIncrement']) delete States[state];
      return definition;
    };
    expect(bare('incremental-backup')).toEqual(bare('full-backup'));
  });
});

describe('the definition of delete', () => {
  const statesOf = (name: string) =>
    new Map([...aslStates(JSON.parse(definitions().find((one) => one.name === name)!.text) as AslDefinition)]);

  /** What tests on full-backup show of begin and roll-back holds here: those states are the same, word for word. */
  it('has begin and roll-back of full-backup', () => {
    const full = statesOf('full-backup');
    const differing: string[] = [];
    for (const [name, state] of statesOf('delete')) {
      const other = full.get(name);
      if (other === undefined) continue;
      const bare = (one: object) =>
        JSON.stringify({ ...one, Comment: '' })
          .replaceAll('BackupFailed', 'DeleteFailed')
          .replaceAll('BackupCommitted', 'DeleteCommitted');
      if (bare(state) !== bare(other)) differing.push(name);
    }
    // What comes next, and a session without tables and schedule.
    expect(differing).toEqual(['IsDryRun', 'CheckFlag', 'SetActiveSnapshot', 'DeleteOldSystemSnapshots']);
    for (const name of ['ClaimRoot', 'TakeSystemSnapshot', 'TakeOver', 'VoidManifest', 'EndRollBack', 'StartCleanUp'])
      expect(statesOf('delete').has(name)).toBe(true);
  });
});
