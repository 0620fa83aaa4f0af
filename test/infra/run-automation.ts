import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { HoldfastCloud } from '../support/holdfast-cloud.ts';
import type { AutomationData, AutomationMessage } from './automation-process.ts';
import type { RepairRunbookContent } from './repair-automation.ts';

export interface Automation {
  readonly hasSucceeded: boolean;
  /** Operations that it called, in order. */
  readonly calls: readonly string[];
}

/**
 * Runs the deployed document as Systems Manager would: its calls go to the embedded Step Functions, with the rights of
 * the role that it assumes, and it sleeps in the cloud's virtual time.
 */
export async function runAutomation(h: HoldfastCloud, inputs: Record<string, string>): Promise<Automation> {
  const [{ content } = { content: '' }] = h.cloud.ssm.documents.values();
  const runbook = JSON.parse(content) as RepairRunbookContent;
  const { port1: port, port2 } = new MessageChannel();
  const answered = new SharedArrayBuffer(4);
  const signal = new Int32Array(answered);
  const workerData: AutomationData = { runbook, inputs, port: port2, answered };
  const worker = new Worker(new URL('./automation-process.ts', import.meta.url), {
    workerData,
    transferList: [port2],
    execArgv: [],
  });
  const failed = once(worker, 'error').then(([error]) => Promise.reject(error));
  const answer = (message: object) => {
    port.postMessage(message);
    Atomics.store(signal, 0, 1);
    Atomics.notify(signal, 0);
  };
  const caller = { kind: 'role', roleArn: runbook.assumeRole } as const;
  const calls: string[] = [];
  try {
    for (;;) {
      // Time stands still while the thread computes.
      const [message] = await h.clock.busy(() => Promise.race([once(port, 'message'), failed]));
      const asked = message as AutomationMessage;
      if (asked.kind === 'end') return { hasSucceeded: asked.hasSucceeded, calls };
      if (asked.kind === 'sleep') {
        await h.clock.sleep(asked.milliseconds);
        answer({});
        continue;
      }
      calls.push(asked.operation);
      const called = h.cloud.call('states', asked.operation, asked.params, caller);
      answer(
        await called.then(
          (output) => ({ output }),
          (error: unknown) => ({ error: String(error) }),
        ),
      );
    }
  } finally {
    await h.clock.busy(() => worker.terminate());
    port.close();
  }
}
