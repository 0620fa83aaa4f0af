import { crc32 } from 'node:zlib';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { stepfunctionsConformance } from '../contract/stepfunctions/stepfunctions-conformance.ts';
import { freshName, type StepFunctionsSubject } from '../contract/stepfunctions/stepfunctions-subject.ts';

/**
 * The suite of Step Functions against MiniStack 1.5.33. HOLDFAST_MINISTACK is the endpoint of a running one; start it
 * with BIND_HOST=127.0.0.1 IOT_MTLS_ENABLED=0 SFTP_ENABLED=0, and a `node` first on its PATH.
 */
const where = process.env.HOLDFAST_MINISTACK;

/** Functions of MiniStack keep their process, and with it what this remembers. */
const SOURCE = `
const failures = new Map();
exports.handler = async (event) => {
  const failed = (name, message) => Object.assign(new Error(message), { name });
  if (event.kind === 'echo') return event.value;
  if (event.kind === 'throw') throw failed(event.name, event.message);
  const before = failures.get(event.key) || 0;
  if (event.kind !== 'flaky' || before >= event.times) return 'at last';
  failures.set(event.key, before + 1);
  throw failed(event.name, 'not yet');
};`;

/** A ZIP archive of one stored file. */
function zipOf(name: string, text: string): Buffer {
  const data = Buffer.from(text);
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt32LE(crc32(data), 10);
  fields.writeUInt32LE(data.length, 14);
  fields.writeUInt32LE(data.length, 18);
  fields.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), data]);
  const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(entry.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, entry, Buffer.from('PK\x05\x06'), end]);
}

async function createFunction(endpoint: string, region: string, roleArn: string): Promise<string> {
  const response = await fetch(`${endpoint}/2015-03-31/functions`, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/lambda/aws4_request, Signature=x` },
    body: JSON.stringify({
      FunctionName: freshName(),
      Runtime: 'nodejs24.x',
      Role: roleArn,
      Handler: 'index.handler',
      Code: { ZipFile: zipOf('index.js', SOURCE).toString('base64') },
    }),
  });
  if (!response.ok) throw new Error(`CreateFunction: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { FunctionArn: string }).FunctionArn;
}

async function makeCloud(): Promise<StepFunctionsSubject> {
  if (!where) throw new Error('HOLDFAST_MINISTACK must be the endpoint of a running MiniStack');
  const region = 'us-east-1';
  const common = { endpoint: where, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const client = new SFNClient({ ...common, disableHostPrefix: true });
  const s3 = new S3Client({ ...common, forcePathStyle: true });
  const bucket = freshName();
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const roleArn = 'arn:aws:iam::000000000000:role/machine';
  return {
    client,
    roleArn,
    functionArn: await createFunction(where, region, roleArn),
    bucket,
    putObject: async (Key, Body) => void (await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))),
    getObject: async (Key) => (await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))).Body!.transformToString(),
    release: () => {},
    held: () => 0,
    close: async () => {
      client.destroy();
      s3.destroy();
    },
  };
}

stepfunctionsConformance(
  'MiniStack',
  makeCloud,
  [
    'virtual time',
    'hold',
    'error names',
    'throttle',
    'batcher',
    'result writer',
    'heartbeat',
    'redrive',
    'idempotent start',
    'validation',
    'versions',
    'test state',
    'map runs',
    'history',
    'variable scopes',
    'uncatchable errors',
  ],
  [
    // Assign of a Choice's rule.
    'Choice takes the first rule that holds, with its Assign and Output',
    // No ExecutedVersion.
    'lambda:invoke answers payload, status and version',
    // Arguments of a Parallel.
    'Parallel gives the outputs of its branches in their order',
    'function($v) { $v } fails with States.QueryEvaluationError',
    // No RoleArn.
    'the context tells of the execution, the machine and the state',
    // Items of a map in distributed mode.
    'ItemSelector sees index, value, input and variables',
    'nothing to go over gives an empty list',
    'one child that fails fails the map, under a name of its own',
    'failures within the tolerance do not fail the map',
    'a file that is not there, or not JSON lines, is States.ItemReaderFailed',
    // JSON is written with blanks.
    'describe shows what was started and what came out',
    'a nested execution that fails is States.TaskFailed',
  ],
);
