import type { BackupId } from '../../core/backup-id.ts';
import { PinExpired } from '../../core/errors/image-errors.ts';
import type { Pin } from '../../core/items.ts';
import type { Clock } from '../ports/clock.ts';
import type { Pins } from '../ports/pins.ts';

/** A pin's life. Steps and children extend it once half of it is over, so it ends three to six hours after the last one. */
export const PIN_LEASE_MS = 6 * 3_600_000;
/** What must be left for a step to begin: the longest life of a Lambda, so that a pin outlives every step that trusts it. */
const STEP_MS = 15 * 60_000;

export function freshPin(
  clock: Clock,
  pin: {
    readonly pinId: string;
    readonly root: string;
    readonly images: readonly BackupId[];
    readonly purpose: Pin['purpose'];
  },
): Pin {
  return { ...pin, expiresAt: clock.now() + PIN_LEASE_MS };
}

/**
 * Step entry of a restore or verification: the pin is there and outlives this step. A pin that ran out is never
 * renewed: its images may be half removed (I11).
 * @throws PinExpired
 */
export async function holdPin(
  ports: { readonly pins: Pins; readonly clock: Clock },
  run: { readonly root: string; readonly run: string },
): Promise<Pin> {
  const pin = await ports.pins.get(run.root, run.run);
  const left = pin === undefined ? 0 : pin.expiresAt - ports.clock.now();
  if (pin === undefined || left < STEP_MS) {
    throw new PinExpired(
      `the pin ${run.run} on images of ${run.root} is gone or about to end: they may be removed`,
      'start it again',
      { run: run.run, root: run.root, expiresAt: pin?.expiresAt },
    );
  }
  if (left > PIN_LEASE_MS / 2) return pin;
  const longer = freshPin(ports.clock, pin);
  await ports.pins.put(longer);
  return longer;
}
