import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type Invocation, ResponseCode, Simulation } from '@cdklabs/cdk-ssm-documents';
import { type RepairRunbookContent, repairAutomation } from './repair-automation.ts';

/** What the thread that runs a document is given. */
export interface AutomationData {
  readonly runbook: RepairRunbookContent;
  readonly inputs: Record<string, string>;
  readonly port: MessagePort;
  readonly answered: SharedArrayBuffer;
}

export type AutomationMessage =
  | { readonly kind: 'call'; readonly operation: string; readonly params: Record<string, unknown> }
  | { readonly kind: 'sleep'; readonly milliseconds: number }
  | { readonly kind: 'end'; readonly hasSucceeded: boolean };

const { runbook, inputs, port, answered } = workerData as AutomationData;
const signal = new Int32Array(answered);

/** The library waits for its answers without giving up its thread: the AWS that answers is in another one. */
function ask(message: AutomationMessage): { output?: object; error?: string } {
  Atomics.store(signal, 0, 0);
  port.postMessage(message);
  Atomics.wait(signal, 0, 0);
  return receiveMessageOnPort(port)?.message;
}

const awsInvoker = {
  invoke({ awsApi, awsParams }: Invocation): object {
    const operation = awsApi.charAt(0).toUpperCase() + awsApi.slice(1);
    const { output, error } = ask({ kind: 'call', operation, params: awsParams });
    if (error !== undefined) throw new Error(error);
    return output ?? {};
  },
};
const sleepHook = { sleep: (milliseconds: number) => void ask({ kind: 'sleep', milliseconds }) };

// It tells every step of its own.
console.log = () => {};
const simulation = Simulation.ofAutomation(repairAutomation(runbook), { awsInvoker, sleepHook } as never);
const { responseCode } = simulation.simulate(inputs);
port.postMessage({ kind: 'end', hasSucceeded: responseCode === ResponseCode.SUCCESS } satisfies AutomationMessage);
