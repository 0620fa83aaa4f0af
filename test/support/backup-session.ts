import type { FullRequest } from '../../lambdas/contracts/fields.ts';
import { Bucket } from './bucket.ts';
import type { Fixture } from './fixture.ts';
import { WORK_BUCKET, type World } from './world.ts';

export interface Begun {
  readonly root: string;
  readonly sessionId: string;
  readonly epoch: number;
  readonly startedAt: number;
  readonly snapshot: { readonly key: string; readonly items: number; readonly sha256: string };
  readonly execution: { readonly arn: string; readonly name: string; readonly startTime: string };
}

export interface Planned {
  readonly tables: number;
  readonly files: number;
  readonly bytes: number;
  readonly newFiles: number;
  readonly newBytes: number;
  readonly copyChunks: number;
  readonly verifyRanges: number;
  readonly copyIndexKey: string;
  readonly verifyIndexKey: string;
}

/** Puts a fixture's HBase root directory below a place. */
export async function putSource(world: World, place: string, files: Fixture): Promise<Bucket> {
  const url = new URL(place);
  const bucket = new Bucket(world, url.hostname);
  for (const [path, bytes] of files) {
    if (path.startsWith('hbase/')) await bucket.put(`${url.pathname.slice(1)}/${path.slice('hbase/'.length)}`, bytes);
  }
  return bucket;
}

/** The steps of a full backup, called one by one as the state machine would, without it. */
export class BackupSession {
  readonly #world: World;
  readonly request: FullRequest;
  begun: Begun | undefined;
  planned: Planned | undefined;

  constructor(world: World, request: Pick<FullRequest, 'root' | 'source'> & Partial<FullRequest>) {
    this.#world = world;
    this.request = {
      tables: null,
      snapshots: {},
      standalone: false,
      dryRun: false,
      copyConcurrency: 8,
      chunkObjects: 1_000,
      ...request,
    };
  }

  get holder() {
    const { root, sessionId, epoch } = this.begun!;
    return { root, sessionId, epoch };
  }

  async begin(): Promise<Begun> {
    const world = this.#world;
    const { root } = this.request;
    // Sessions of one test are minutes apart.
    await world.clock.sleep(60_000);
    const startTime = new Date(world.clock.now()).toISOString();
    const name = `execution-${world.clock.now()}`;
    const execution = { arn: `arn:aws:states:eu-west-1:123456789012:execution:full-backup:${name}`, name, startTime };
    const taken = await world.call('TakeSystemSnapshot', { root, execution });
    const begun = await world.call('SetActiveSnapshot', {
      ...{ root, execution, operation: 'create full', tables: this.request.tables },
      ...{ sessionId: taken.sessionId, version: taken.version, epoch: taken.epoch, snapshot: taken.snapshot },
    });
    this.begun = { root, execution, snapshot: taken.snapshot, ...begun } as unknown as Begun;
    return this.begun;
  }

  async plan(): Promise<Planned> {
    const { snapshot, startedAt, execution } = this.begun!;
    const input = { ...this.holder, execution, startedAt, request: this.request, snapshot };
    this.planned = await this.#world.call<Planned>('PlanBackup', input);
    return this.planned;
  }

  async index(map: 'copy' | 'verify'): Promise<Record<string, unknown>[]> {
    const key = map === 'copy' ? this.planned!.copyIndexKey : this.planned!.verifyIndexKey;
    const text = (await new Bucket(this.#world, WORK_BUCKET).get(key)).toString('utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  batchInput(): object {
    return { contract: 1, ...this.holder, source: this.request.source };
  }

  async copy(): Promise<void> {
    for (const line of await this.index('copy')) {
      await this.#world.call('CopyFiles', { Items: [line], BatchInput: this.batchInput() });
    }
  }

  async verify(): Promise<void> {
    for (const line of await this.index('verify')) {
      await this.#world.call('VerifyFiles', { Items: [line], BatchInput: this.batchInput() });
    }
  }

  seal(): Promise<Record<string, unknown>> {
    return this.#world.call('SealManifest', this.holder);
  }

  async commit(sealed: object): Promise<Record<string, unknown>> {
    return this.#world.call('CommitBackup', { ...this.holder, execution: this.begun!.execution, sealed });
  }

  /** All of it, to the COMPLETE image. */
  async run(): Promise<Record<string, unknown>> {
    await this.begin();
    await this.plan();
    await this.copy();
    await this.verify();
    return this.commit(await this.seal());
  }

  async takeOver(): Promise<{ readonly epoch: number; readonly runId: string }> {
    const { root, sessionId, execution } = this.begun!;
    const taken = await this.#world.call('TakeOver', { root, sessionId, execution });
    return { epoch: taken.epoch as number, runId: execution.arn };
  }
}
