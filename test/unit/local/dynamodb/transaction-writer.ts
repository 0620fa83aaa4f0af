import { systemClock } from '../../../../local/clock.ts';
import { DynamoDbService } from '../../../../local/dynamodb/dynamodb-service.ts';
import { FileJournal } from '../../../../local/journal.ts';

// A process to be killed: writes transactions of 20 items each until then and says after which one it had an answer.
const { records, journal } = FileJournal.open(process.argv[2] ?? '');
const service = new DynamoDbService(
  { clock: systemClock, region: 'eu-central-1', accountId: '000000000000', journal },
  records,
);
const call = (operation: string, input: Record<string, unknown>) =>
  service.call(operation, input, { caller: { kind: 'operator' }, requestId: 'r' });

if (records.length === 0)
  await call('CreateTable', {
    TableName: 'things',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'run', AttributeType: 'N' },
      { AttributeName: 'part', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'run', KeyType: 'HASH' },
      { AttributeName: 'part', KeyType: 'RANGE' },
    ],
  });
const first = Number(process.argv[3]);
for (let run = first; run < first + 1_000_000; run++) {
  await call('TransactWriteItems', {
    TransactItems: Array.from({ length: 20 }, (_, part) => ({
      Put: {
        TableName: 'things',
        Item: { run: { N: String(run) }, part: { N: String(part) }, v: { S: 'x'.repeat(500) } },
      },
    })),
  });
  process.stdout.write(`${run}\n`);
  if (run % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
}
