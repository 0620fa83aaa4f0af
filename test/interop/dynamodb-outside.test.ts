import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { dynamodbConformance } from '../contract/dynamodb/dynamodb-conformance.ts';
import { expectSame } from '../contract/dynamodb/dynamodb-differential.ts';
import { createSubjectTable, type DynamoDbSubject, TableUnderTest } from '../contract/dynamodb/dynamodb-subject.ts';
import { inProcessSubject } from '../contract/dynamodb/dynamodb-subjects.ts';

/**
 * The DynamoDB suite against AWS's own DynamoDB Local. HOLDFAST_DYNAMODB_LOCAL is the endpoint of a running one or the
 * directory of DynamoDBLocal.jar (needs Java 17). It listens on every interface, so run the test in a network namespace
 * of its own: `unshare -rn sh -c 'ip link set lo up && npm run test:interop -- dynamodb'`.
 */
const where = process.env.HOLDFAST_DYNAMODB_LOCAL;

const { JAVA_HOME } = process.env;
const java = JAVA_HOME ? join(JAVA_HOME, 'bin', 'java') : 'java';

let server: ChildProcess | undefined;
afterAll(() => void server?.kill('SIGKILL'));

/** Starts DynamoDB Local, once for all tests; answers its endpoint. */
function start(directory: string): string {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const options = ['-inMemory', '-disableTelemetry', '-port', String(port)];
  server = spawn(java, ['-Djava.library.path=./DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar', ...options], {
    cwd: directory,
    stdio: 'ignore',
  });
  return `http://127.0.0.1:${port}`;
}

let endpoint: string | undefined;

async function makeSubject(): Promise<DynamoDbSubject> {
  if (!where) throw new Error('HOLDFAST_DYNAMODB_LOCAL must name an endpoint or the directory of DynamoDBLocal.jar');
  endpoint ??= where.startsWith('http') ? where : start(where);
  const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials });
  for (let attempt = 0; ; attempt++) {
    try {
      await client.send(new ListTablesCommand({}));
      return { client, close: async () => client.destroy() };
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(300);
    }
  }
}

describe('random expressions', () => {
  let subjects: DynamoDbSubject[] = [];
  let ours: TableUnderTest;
  let oracle: TableUnderTest;
  beforeAll(async () => {
    subjects = [await inProcessSubject(), await makeSubject()];
    [ours, oracle] = subjects.map(({ client }) => new TableUnderTest(client, 'differential')) as [
      TableUnderTest,
      TableUnderTest,
    ];
    for (const table of [ours, oracle]) await createSubjectTable(table.client, table.name);
  });
  afterAll(async () => {
    for (const subject of subjects) await subject.close();
  });

  it(
    'does what DynamoDB Local does',
    () =>
      expectSame(
        () => ours,
        () => oracle,
        2_000,
      ),
    120_000,
  );
});

dynamodbConformance('DynamoDB Local', makeSubject, [
  'tags',
  'validation-reasons',
  'paths-in-return-values',
  'continuous-backups',
]);
