import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { buildSync } from 'esbuild';

export interface TinyAppOptions {
  /** Source of the function `Work`, TypeScript with `export const handler`; goes into a bundle. */
  readonly work: string;
  readonly timeoutSeconds?: number;
  /** False: the function may read the table but not write it. */
  readonly mayWrite?: boolean;
  /** Seen by the function as VARIANT; another one makes another version. */
  readonly variant?: string;
}

/** A directory that the test's process leaves behind in the system's temporary folder. */
export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'local-test-'));

/**
 * A state machine that calls the function `Work` with its input, keeps the answer, and on any failure calls `Undo`
 * with error and cause; a table and a versioned bucket that Work is told of. Answers the assembly's directory.
 */
export function synthTinyApp(options: TinyAppOptions): string {
  const dir = temporaryDirectory();
  const app = new App({ outdir: join(dir, 'cdk.out'), analyticsReporting: false });
  const stack = new Stack(app, 'Tiny');
  const table = new dynamodb.Table(stack, 'Table', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
  });
  const bucket = new s3.Bucket(stack, 'Bucket', { versioned: true, removalPolicy: RemovalPolicy.RETAIN });
  const work = functionOf(stack, 'Work', bundle(dir, 'work', options.work), options.timeoutSeconds ?? 20);
  work.addEnvironment('TABLE_NAME', table.tableName);
  work.addEnvironment('BUCKET', bucket.bucketName);
  if (options.variant) work.addEnvironment('VARIANT', options.variant);
  if (options.mayWrite === false) table.grantReadData(work);
  else table.grantReadWriteData(work);
  bucket.grantReadWrite(work);
  const undo = functionOf(
    stack,
    'Undo',
    bundle(dir, 'undo', 'export const handler = async (e) => ({ undone: e });'),
    20,
  );

  const machine = new sfn.StateMachine(stack, 'Machine', {
    definitionBody: sfn.DefinitionBody.fromString(JSON.stringify(DEFINITION)),
    definitionSubstitutions: {
      WorkFunction: work.currentVersion.functionArn,
      UndoFunction: undo.currentVersion.functionArn,
    },
  });
  work.grantInvoke(machine);
  undo.grantInvoke(machine);
  new CfnOutput(stack, 'MachineArn', { value: machine.stateMachineArn });
  new CfnOutput(stack, 'TableName', { value: table.tableName });
  new CfnOutput(stack, 'BucketName', { value: bucket.bucketName });
  new CfnOutput(stack, 'WorkName', { value: work.functionName });
  return app.synth().directory;
}

const placeholder = (name: string) => `\${${name}}`;

const DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'Work',
  States: {
    Work: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: placeholder('WorkFunction'), Payload: '{% $states.input %}' },
      Output: '{% $states.result.Payload %}',
      Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput %}', Next: 'Undo' }],
      End: true,
    },
    Undo: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: placeholder('UndoFunction'), Payload: '{% $states.input %}' },
      Output: '{% $states.result.Payload %}',
      End: true,
    },
  },
};

function functionOf(stack: Stack, id: string, codeDir: string, timeoutSeconds: number): lambda.Function {
  return new lambda.Function(stack, id, {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(codeDir),
    timeout: Duration.seconds(timeoutSeconds),
    memorySize: 256,
    currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
  });
}

/** CommonJS with everything inside, as the app's own functions are. */
function bundle(dir: string, name: string, source: string): string {
  const codeDir = join(dir, name);
  mkdirSync(codeDir);
  const outfile = join(codeDir, 'index.js');
  const stdin = { contents: source, resolveDir: import.meta.dirname, loader: 'ts' as const };
  writeFileSync(outfile, '');
  buildSync({ stdin, bundle: true, platform: 'node', format: 'cjs', minify: true, outfile, logLevel: 'error' });
  return codeDir;
}
