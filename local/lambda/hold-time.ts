import type { Clock } from '../clock.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** Keeps virtual time still, until the answer is called, for work that the clock cannot see. */
export function holdTime(clock: Clock): () => void {
  if (!(clock instanceof VirtualClock)) return () => {};
  let release = () => {};
  void clock.busy(
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  );
  return () => release();
}
