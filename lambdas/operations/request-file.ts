import type { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { requestKey } from '../../core/restore-layout.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readWorkJson } from './read-work-json.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/** The checked request of a run, in the work bucket: steps get the run and read the rest here. */
export class RequestFile<S extends z.ZodType<{ readonly executionArn: string }>> {
  readonly #objects: ObjectStore;
  readonly #bucket: string;
  readonly #schema: S;

  constructor(objects: ObjectStore, workBucket: string, schema: S) {
    this.#objects = objects;
    this.#bucket = workBucket;
    this.#schema = schema;
  }

  /**
   * What stands there is the request, which try of the step ever wrote it first: "latest" means one image for the whole
   * run (I10).
   * @throws UnknownAnswer if it is another execution's: that one's tables are not what was asked for
   */
  async settle(root: string, run: string, request: z.infer<S>): Promise<z.infer<S>> {
    const key = requestKey(workPrefix(root, run));
    await this.#objects.putOnce(this.#bucket, key, Buffer.from(canonicalJson(request as object)));
    const settled = await this.read(root, run);
    if (settled.executionArn === request.executionArn) return settled;
    throw new UnknownAnswer(
      `the run ${run} of ${root} is that of ${settled.executionArn}, not of ${request.executionArn}`,
      'start it again under another name',
    );
  }

  /** @throws UnknownAnswer if the run has none (its first step has not run), or it is damaged */
  async read(root: string, run: string): Promise<z.infer<S>> {
    const request = await this.find(root, run);
    if (request === undefined) throw new UnknownAnswer(`the run ${run} of ${root} has no request`, 'start it again');
    return request;
  }

  /** `undefined`: its first step has not run, or it expired. @throws UnknownAnswer if it is damaged */
  async find(root: string, run: string): Promise<z.infer<S> | undefined> {
    const key = requestKey(workPrefix(root, run));
    const object = await this.#objects.get(this.#bucket, key, MAX_BYTES);
    return object && readWorkJson(this.#schema, object.bytes, { bucket: this.#bucket, key, next: 'start it again' });
  }
}
