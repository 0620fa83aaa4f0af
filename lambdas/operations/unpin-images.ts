import type { RunInput } from '../contracts/run-fields.ts';
import type { Pins } from '../ports/pins.ts';

/** Idempotent; a step that wakes up later finds no pin and stops. */
export const unpinImages =
  (ports: { readonly pins: Pins }) =>
  async ({ root, run }: RunInput): Promise<Record<string, never>> => {
    await ports.pins.remove(root, run);
    return {};
  };
