import {
  AutomationDocument,
  type AwsService,
  DocumentFormat,
  ExecuteStateMachineStep,
  HardCodedString,
  type IAwsInvoker,
  Input,
  type Invocation,
  ResponseCode,
  Simulation,
  StringFormat,
  StringVariable,
} from '@cdklabs/cdk-ssm-documents';
import { Stack } from 'aws-cdk-lib/core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { repairRunbook } from '../../infra/runbooks/repair.ts';
import { holdfastCloud, ROOT } from '../support/holdfast-cloud.ts';
import { resourcesOf, statementsByRole, templatesOf } from './app-in-process.ts';
import { MINIMAL } from './configurations.ts';

const REPAIR = 'arn:aws:states:us-east-1:000000000000:stateMachine:Repair:live';
const runbook = repairRunbook({ role: 'arn:aws:iam::000000000000:role/runbook', repair: REPAIR });

/** The runbook in the words of the library that can run it; {@link asWritten} shows that it is the same document. */
function document(): AutomationDocument {
  const stack = new Stack();
  const { Root, StopOwner } = runbook.parameters;
  const automation = new AutomationDocument(stack, 'Document', {
    documentFormat: DocumentFormat.JSON,
    documentName: 'Repair',
    description: runbook.description,
    assumeRole: HardCodedString.of(runbook.assumeRole),
    docInputs: [
      Input.ofTypeString('Root', { description: Root.description, allowedPattern: Root.allowedPattern }),
      Input.ofTypeString('StopOwner', {
        description: StopOwner.description,
        allowedValues: [...StopOwner.allowedValues],
        defaultValue: StopOwner.default,
      }),
    ],
  });
  automation.addStep(
    new ExecuteStateMachineStep(stack, 'Repair', {
      stateMachineArn: HardCodedString.of(REPAIR),
      input: new StringFormat('{"root":"%s","stopOwner":%s}', [
        StringVariable.of('Root'),
        StringVariable.of('StopOwner'),
      ]),
    }),
  );
  return automation;
}

/** Answers as Step Functions does, and remembers what it was asked. */
class Recorder implements IAwsInvoker {
  readonly calls: { api: string; params: Record<string, string> }[] = [];
  readonly #status: string;

  constructor(status: string) {
    this.#status = status;
  }

  invoke({ awsApi, awsParams }: Invocation & { readonly service: AwsService }): object {
    this.calls.push({ api: awsApi, params: awsParams });
    return /^start/i.test(awsApi) ? { executionArn: 'arn:execution' } : { status: this.#status };
  }
}

const simulate = (status: string, inputs: Record<string, string>) => {
  const awsInvoker = new Recorder(status);
  const sleepHook = { sleep: () => {} };
  const result = Simulation.ofAutomation(document(), { awsInvoker, sleepHook } as never).simulate(inputs);
  return { result, calls: awsInvoker.calls };
};

// The simulation tells every step of its own.
beforeAll(() => void vi.spyOn(console, 'log').mockReturnValue());

describe('the runbook', () => {
  it('is the document that is simulated here', () => {
    const [written] = runbook.mainSteps;
    const { mainSteps, parameters } = JSON.parse(document().print());
    expect(mainSteps[0]).toMatchObject({ action: written?.action, name: written?.name });
    expect(mainSteps[0].inputs.input.replaceAll(' ', '')).toBe(written?.inputs.input.replaceAll(' ', ''));
    expect(Object.keys(parameters)).toEqual(Object.keys(runbook.parameters));
  });

  it('starts the repair of the root and waits for its end', () => {
    const { result, calls } = simulate('SUCCEEDED', { Root: 's3://backups/hbase' });
    expect(result.responseCode).toBe(ResponseCode.SUCCESS);
    expect(calls[0]?.params).toMatchObject({
      stateMachineArn: REPAIR,
      input: '{"root":"s3://backups/hbase","stopOwner":false}',
    });
    expect(calls.map(({ api }) => api.toLowerCase())).toContain('describeexecution');
  });

  it('stops the owner first when told to, and fails when the repair does', () => {
    expect(simulate('SUCCEEDED', { Root: 's3://b-1/r', StopOwner: 'true' }).calls[0]?.params.input).toContain(
      '"stopOwner":true',
    );
    expect(simulate('FAILED', { Root: 's3://b-1/r' }).result.responseCode).not.toBe(ResponseCode.SUCCESS);
  });

  it('starts what the deployed repair understands', async () => {
    const { calls } = simulate('SUCCEEDED', { Root: ROOT });
    const { run } = await holdfastCloud();
    const { status, output } = await run('RepairStateMachine', JSON.parse(calls[0]?.params.input ?? ''));
    expect([status, output]).toEqual(['SUCCEEDED', expect.objectContaining({ root: ROOT })]);
  });

  it('takes no root that would change the input', () => {
    const allowed = new RegExp(runbook.parameters.Root.allowedPattern);
    expect(allowed.test('s3://backups/hbase/prod')).toBe(true);
    for (const root of ['s3://backups', 's3://b-1/x","stopOwner":true,"x":"', 's3://b-1/x\\', 'backups/x']) {
      expect([root, allowed.test(root)]).toEqual([root, false]);
    }
  });

  it('gives up, and never goes on after a failure', () => {
    for (const step of runbook.mainSteps) {
      expect(step).toMatchObject({ onFailure: 'Abort', timeoutSeconds: expect.any(Number) });
    }
  });
});

describe('the deployed document', () => {
  const { app } = templatesOf(MINIMAL);
  const [document] = resourcesOf(app, 'AWS::SSM::Document').map(([, { Properties }]) => Properties);

  it('is the runbook under its name, replaced by new versions', () => {
    expect(document).toMatchObject({ Name: 'Holdfast-Repair', DocumentType: 'Automation', UpdateMethod: 'NewVersion' });
    expect(document.Content.mainSteps[0].inputs.stateMachineArn['Fn::GetAtt'][0]).toMatch(/^RepairAlias/);
  });

  it('assumes a role that Automation of this account alone can take, and that can start, follow and stop repair only', () => {
    const role = document.Content.assumeRole['Fn::GetAtt'][0];
    const { Condition } = app.Resources[role]!.Properties.AssumeRolePolicyDocument.Statement[0];
    expect(Condition.StringEquals).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
    expect(JSON.stringify(Condition.ArnLike)).toContain(':automation-execution/*');
    const statements = statementsByRole(app).get(role)!;
    expect(statements.flatMap(({ Action }) => Action).sort()).toEqual([
      'states:DescribeExecution',
      'states:StartExecution',
      'states:StopExecution',
    ]);
    for (const { Resource } of statements) expect(JSON.stringify(Resource)).toMatch(/RepairMachine/);
  });
});
