import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../../local/hub.ts';
import type { VirtualClock } from '../../local/virtual-clock.ts';
import type { HoldfastCloud } from './holdfast-cloud.ts';

/** A call of the cloud that is held back. */
export interface HeldCall {
  /** Once it is there. */
  readonly arrived: Promise<void>;
  /** Lets it take effect. */
  release(): void;
}

/**
 * Waits for something outside of virtual time. That goes on meanwhile, at ten times the pace of the wall clock: without
 * it nothing else would run, and left alone it would jump to the time-out of the function whose call waits.
 */
export async function outsideOf(clock: VirtualClock, event: Promise<unknown>): Promise<void> {
  let isOver = false;
  void event.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await clock.busy(() => sleep(5));
    await clock.sleep(50);
  }
}

/**
 * Holds back the first call that `matches`, so that the operator can look at what there is in the middle of it and start
 * more. `before` is done when the call arrives.
 */
export function holdCall(
  { cloud, clock }: HoldfastCloud,
  matches: (call: Call) => boolean,
  before: (call: Call) => Promise<unknown> = async () => {},
): HeldCall {
  let isArmed = true;
  const arrival = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const disarm = cloud.intercept(async (call, next) => {
    if (!isArmed || !matches(call)) return next(call);
    isArmed = false;
    await before(call);
    arrival.resolve();
    await outsideOf(clock, held.promise);
    return next(call);
  });
  return {
    arrived: arrival.promise,
    release: () => {
      disarm();
      held.resolve();
    },
  };
}

/** Calls of Step Functions to a step's function. */
export const invokes =
  (step: string) =>
  (call: Call): boolean =>
    call.service === 'lambda' && String(call.input.FunctionName).includes(`${step}Function`);
