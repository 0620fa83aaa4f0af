import {
  AutomationDocument,
  DocumentFormat,
  ExecuteStateMachineStep,
  HardCodedString,
  Input,
  StringFormat,
  StringVariable,
} from '@cdklabs/cdk-ssm-documents';
import { Stack } from 'aws-cdk-lib/core';
import type { repairRunbook } from '../../infra/runbooks/repair.ts';

export type RepairRunbookContent = ReturnType<typeof repairRunbook>;

/** The runbook in the words of the library that can run it; repair-runbook.test.ts shows that it is the same document. */
export function repairAutomation(runbook: RepairRunbookContent): AutomationDocument {
  const stack = new Stack();
  const { Root, StopOwner } = runbook.parameters;
  const [{ inputs }] = runbook.mainSteps as [RepairRunbookContent['mainSteps'][number]];
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
      stateMachineArn: HardCodedString.of(inputs.stateMachineArn),
      input: new StringFormat('{"root":"%s","stopOwner":%s}', [
        StringVariable.of('Root'),
        StringVariable.of('StopOwner'),
      ]),
    }),
  );
  return automation;
}
