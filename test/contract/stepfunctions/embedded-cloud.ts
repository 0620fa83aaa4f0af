import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SFNClient } from '@aws-sdk/client-sfn';
import { InProcessClient } from '../../../local/in-process-client.ts';
import { ServiceError } from '../../../local/service.ts';
import { stepFunctionsHandler } from '../../../local/stepfunctions/http.ts';
import type { ServiceCall } from '../../../local/stepfunctions/service-call.ts';
import { StepFunctionsService } from '../../../local/stepfunctions/stepfunctions-service.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import type { FunctionEvent, StepFunctionsSubject } from './stepfunctions-subject.ts';

const accountId = '123456789012';
const region = 'eu-west-1';
const bucket = 'work';

/** Our service in virtual time, with the least that its tasks need around it: one function, one bucket. */
export class EmbeddedCloud implements StepFunctionsSubject {
  readonly client: StepFunctionsSubject['client'];
  readonly roleArn = `arn:aws:iam::${accountId}:role/machine`;
  readonly functionArn = `arn:aws:lambda:${region}:${accountId}:function:subject`;
  readonly bucket = bucket;
  readonly clock = new VirtualClock();
  readonly service: StepFunctionsService;
  readonly calls: ServiceCall[] = [];
  readonly #objects = new Map<string, string>();
  readonly #held = new Map<string, (() => void)[]>();
  readonly #failures = new Map<string, number>();
  #ids = 0;
  #stop: () => Promise<void> = async () => {};

  constructor() {
    this.service = new StepFunctionsService({
      clock: this.clock,
      ids: () => `00000000-0000-4000-8000-${String(++this.#ids).padStart(12, '0')}`,
      random: () => 0.25,
      region,
      accountId,
      invoke: (call) => this.#invoke(call),
    });
    const context = { caller: { kind: 'operator' }, requestId: 'r' } as const;
    const call = this.service.call.bind(this.service) as (...of: unknown[]) => Promise<Record<string, unknown>>;
    this.client = new InProcessClient((operation, input) => call(operation, input, context)) as never;
  }

  /** The same behind HTTP, with the SDK's own client. */
  static async overHttp(): Promise<StepFunctionsSubject> {
    const cloud = new EmbeddedCloud();
    const server = createServer(stepFunctionsHandler({ call: (...of) => cloud.service.call(of[0], of[1]) }));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
    const endpoint = `http://127.0.0.1:${port}`;
    // TestState would be asked of the host sync-127.0.0.1.
    const client = new SFNClient({ endpoint, region, credentials, maxAttempts: 1, disableHostPrefix: true });
    Object.assign(cloud, { client });
    cloud.#stop = async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    };
    return cloud;
  }

  async putObject(key: string, text: string): Promise<void> {
    this.#objects.set(key, text);
  }

  async getObject(key: string): Promise<string> {
    const text = this.#objects.get(key);
    if (text === undefined) throw new ServiceError('NoSuchKey', `no object ${key}`, 404);
    return text;
  }

  release(key: string): void {
    for (const resolve of this.#held.get(key) ?? []) resolve();
  }

  held(key: string): number {
    return this.#held.get(key)?.length ?? 0;
  }

  close(): Promise<void> {
    return this.#stop();
  }

  async #invoke(call: ServiceCall): Promise<Record<string, unknown>> {
    this.calls.push(call);
    const { service, operation, input } = call;
    if (service === 'states') return this.service.call(operation, input);
    if (service === 's3') return this.#storage(operation, input);
    if (service !== 'lambda') throw new ServiceError('NotImplemented', `${service}:${operation}`, 501);
    const name = String(input.FunctionName);
    if (name === 'throttled') throw new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429);
    if (name === 'denied') throw new ServiceError('AccessDeniedException', 'not authorized', 403);
    if (name !== this.functionArn) throw new ServiceError('ResourceNotFoundException', `no function ${name}`, 404);
    return this.#function(JSON.parse(String(input.Payload)) as FunctionEvent);
  }

  async #storage(operation: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
    if (input.Bucket !== bucket) throw new ServiceError('NoSuchBucket', `no bucket ${input.Bucket}`, 404);
    const key = String(input.Key);
    if (operation === 'GetObject') return { Body: new TextEncoder().encode(await this.getObject(key)) };
    await this.putObject(key, String(input.Body));
    return { ETag: '"etag"' };
  }

  async #function(event: FunctionEvent): Promise<Record<string, unknown>> {
    const answer = { StatusCode: 200, ExecutedVersion: '$LATEST' };
    try {
      const payload = new TextEncoder().encode(JSON.stringify((await this.#behave(event)) ?? null));
      return { ...answer, Payload: payload };
    } catch (thrown) {
      const { name, message } = thrown as Error;
      const failure = { errorType: name, errorMessage: message, trace: [] };
      return { ...answer, FunctionError: 'Unhandled', Payload: new TextEncoder().encode(JSON.stringify(failure)) };
    }
  }

  async #behave(event: FunctionEvent): Promise<unknown> {
    switch (event.kind) {
      case 'echo':
        return event.value;
      case 'throw':
        throw Object.assign(new Error(event.message), { name: event.name });
      case 'flaky': {
        const failed = this.#failures.get(event.key) ?? 0;
        if (failed >= event.times) return 'at last';
        this.#failures.set(event.key, failed + 1);
        throw Object.assign(new Error('not yet'), { name: event.name });
      }
      case 'sleep':
        return this.clock.sleep(event.ms);
      case 'hold':
        return new Promise<void>((resolve) => {
          this.#held.set(event.key, [...(this.#held.get(event.key) ?? []), resolve]);
        });
    }
  }
}
