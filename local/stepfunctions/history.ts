import { StateError } from './state-error.ts';

/** One event, its details under the name that the service gives them: `taskScheduledEventDetails` … */
export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly atMs: number;
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>> | undefined;
}

/** The event that caused the next one, along one line of work (a branch has its own). */
export interface Chain {
  last: number;
}

const MAX_EVENTS = 25_000;
const SUFFIX = 'EventDetails';
/** Types whose details are not named after the type itself. */
const SHARED_DETAILS: readonly [RegExp, string][] = [
  [/StateEntered$/, 'stateEntered'],
  [/StateExited$/, 'stateExited'],
  [/^MapIteration/, 'mapIteration'],
];

export const detailsKey = (type: string): string => {
  const shared = SHARED_DETAILS.find(([pattern]) => pattern.test(type))?.[1];
  if (shared === 'mapIteration') return `${type.charAt(0).toLowerCase()}${type.slice(1)}${SUFFIX}`;
  return `${shared ?? type.charAt(0).toLowerCase() + type.slice(1)}${SUFFIX}`;
};

export class History {
  readonly events: HistoryEvent[];

  constructor(events: HistoryEvent[] = []) {
    this.events = events;
  }

  /** @throws StateError States.Runtime when only the room for the closing event is left. */
  append(atMs: number, chain: Chain, type: string, details?: Record<string, unknown>): HistoryEvent {
    if (this.events.length >= MAX_EVENTS - 1) {
      throw new StateError('States.Runtime', 'The execution reached the maximum number of history events (25000).');
    }
    return this.close(atMs, chain, type, details);
  }

  /** The closing event always fits. */
  close(atMs: number, chain: Chain, type: string, details?: Record<string, unknown>): HistoryEvent {
    const event = { id: this.events.length + 1, previousEventId: chain.last, atMs, type, details };
    this.events.push(event);
    chain.last = event.id;
    return event;
  }
}
