import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { conditionTests } from './condition-tests.ts';
import { createSubjectTable, type DynamoDbSubject, type Lack, TableUnderTest } from './dynamodb-subject.ts';
import { itemTests } from './item-tests.ts';
import { pageTests } from './page-tests.ts';
import { tableTests } from './table-tests.ts';
import { transactionTests } from './transaction-tests.ts';
import { updateTests } from './update-tests.ts';

/** What a group of tests needs; `table` is valid while tests run. */
export interface Suite {
  readonly table: () => TableUnderTest;
  readonly has: (lack: Lack) => boolean;
}

/**
 * What the project relies on in DynamoDB, as tests against any implementation. `lacks` names what the implementation
 * is known not to have; those tests are not defined then.
 */
export function dynamodbConformance(
  title: string,
  makeSubject: () => Promise<DynamoDbSubject>,
  lacks: readonly Lack[] = [],
): void {
  describe(`DynamoDB conformance: ${title}`, () => {
    let subject: DynamoDbSubject;
    let table: TableUnderTest;
    beforeAll(async () => {
      subject = await makeSubject();
      table = new TableUnderTest(subject.client, `conformance-${randomUUID()}`);
      await createSubjectTable(subject.client, table.name);
    });
    afterAll(() => subject?.close());
    const suite: Suite = { table: () => table, has: (lack) => !lacks.includes(lack) };
    itemTests(suite);
    conditionTests(suite);
    updateTests(suite);
    pageTests(suite);
    tableTests(suite);
    if (suite.has('transactions')) transactionTests(suite);
  });
}
