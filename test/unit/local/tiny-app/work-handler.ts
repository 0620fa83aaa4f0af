/** Source of the function `Work` of the tests with child processes: does what its event asks for. */
export const WORK_SOURCE = `
import { DynamoDBClient, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
const tables = new DynamoDBClient({ maxAttempts: 1 });
const objects = new S3Client({ maxAttempts: 1 });
let calls = 0;
export const handler = async (event: any, context: any) => {
  calls++;
  console.log('pid ' + process.pid);
  if (event.put) {
    const pk = { S: event.put };
    await tables.send(new PutItemCommand({ TableName: process.env.TABLE_NAME, Item: { pk, n: { N: String(calls) } } }));
    await objects.send(new PutObjectCommand({ Bucket: process.env.BUCKET, Key: event.put, Body: 'text' }));
  }
  if (event.forbidden) await tables.send(new ListTablesCommand({}));
  if (event.leave) {
    void tables.send(new PutItemCommand({ TableName: process.env.TABLE_NAME, Item: { pk: { S: event.leave } } }));
  }
  if (event.fail) throw Object.assign(new Error('as asked'), { name: event.fail });
  if (event.exit !== undefined) process.exit(event.exit);
  if (event.fill) { const all = []; for (;;) all.push(new Array(1e6).fill(Math.random())); }
  if (event.sleepMs) await new Promise((done) => setTimeout(done, event.sleepMs));
  return { event, calls, version: context.functionVersion, variant: process.env.VARIANT, arn: context.invokedFunctionArn,
    left: context.getRemainingTimeInMillis() > 0, name: process.env.AWS_LAMBDA_FUNCTION_NAME, pid: process.pid };
};
`;
