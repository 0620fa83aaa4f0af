import type { z } from 'zod';
import type { RunInput } from '../contracts/run-fields.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Pins } from '../ports/pins.ts';
import { holdPin } from './pin-lease.ts';
import { RequestFile } from './request-file.ts';

export interface RunPorts {
  readonly objects: ObjectStore;
  readonly pins: Pins;
  readonly clock: Clock;
}

/**
 * What a step of a restore or verification does first, run for the first time, again, or redriven: its pin holds (I11),
 * then the request is read that the run's first step wrote.
 * @throws PinExpired, UnknownAnswer
 */
export async function runEntry<S extends z.ZodType<{ readonly executionArn: string }>>(
  ports: RunPorts,
  { WORK_BUCKET }: { readonly WORK_BUCKET: string },
  request: S,
  { root, run }: Pick<RunInput, 'root' | 'run'>,
): Promise<z.infer<S>> {
  await holdPin(ports, { root, run });
  return new RequestFile(ports.objects, WORK_BUCKET, request).read(root, run);
}
