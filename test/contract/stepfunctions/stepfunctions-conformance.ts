import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import { distributedMapTests } from './distributed-map-tests.ts';
import { errorTests } from './error-tests.ts';
import { executionTests } from './execution-tests.ts';
import { expressionTests } from './expression-tests.ts';
import { redriveTests } from './redrive-tests.ts';
import { stateMachineTests } from './state-machine-tests.ts';
import { stateTests } from './state-tests.ts';
import { Bench, type Lack, type StepFunctionsSubject } from './stepfunctions-subject.ts';
import { timeTests } from './time-tests.ts';

/** What a group of tests needs; `bench` is valid while tests run. */
export interface Suite {
  readonly bench: () => Bench;
  readonly has: (lack: Lack) => boolean;
}

/**
 * What the project relies on in Step Functions, as tests against any implementation. `lacks` names what the
 * implementation is known not to have; those tests are not defined then. `gaps` are titles of single tests that an
 * outside implementation is known to fail.
 */
export function stepfunctionsConformance(
  title: string,
  makeCloud: () => Promise<StepFunctionsSubject>,
  lacks: readonly Lack[] = [],
  gaps: readonly string[] = [],
): void {
  describe(`Step Functions conformance: ${title}`, () => {
    let bench: Bench | undefined;
    beforeAll(async () => {
      bench = new Bench(await makeCloud());
    });
    afterAll(() => bench?.subject.close());
    beforeEach(({ task, skip }) => skip(gaps.includes(task.name), 'a known gap of the implementation'));
    const suite: Suite = { bench: () => bench!, has: (lack) => !lacks.includes(lack) };
    stateTests(suite);
    expressionTests(suite);
    errorTests(suite);
    timeTests(suite);
    distributedMapTests(suite);
    executionTests(suite);
    redriveTests(suite);
    stateMachineTests(suite);
  });
}
