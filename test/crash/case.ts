import { FAULTS, type Fault, type FaultKind } from './fault.ts';

/** One run of the simulator; the token names it, and the same token is the same run. */
export interface Case {
  readonly operation: string;
  readonly faults: readonly Fault[];
  /** Of an interleaving: what mixes the calls. */
  readonly seed?: number;
}

/** `full@37=lost+52=before!`, `two-sessions#17`. */
export const tokenOf = ({ operation, faults, seed }: Case): string =>
  `${operation}${seed === undefined ? '' : `#${seed}`}${faults.length > 0 ? '@' : ''}${faults
    .map(({ at, kind }) => `${at}=${kind}`)
    .join('+')}`;

/** @throws for a text that is no token */
export function caseOf(token: string): Case {
  const match = /^([a-z-]+)(?:#(\d+))?(?:@(.+))?$/.exec(token);
  if (!match) throw new Error(`${token} is no token: it is like full@37=lost`);
  const [, operation = '', seed, list] = match;
  const faults = (list?.split('+') ?? []).map((text): Fault => {
    const [at, kind = ''] = text.split('=');
    if (!(kind in FAULTS) || !/^\d+$/.test(at ?? '')) throw new Error(`${text} is no fault: it is like 37=lost`);
    return { at: Number(at), kind: kind as FaultKind };
  });
  return { operation, faults, ...(seed !== undefined && { seed: Number(seed) }) };
}
