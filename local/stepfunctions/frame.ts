import type { Scope } from './compiled-state.ts';
import type { Json } from './json.ts';

/** How far one line of work has come: what a redrive goes on from. */
export interface Frame {
  state: string;
  /** The input of that state, as JSON. */
  input: string;
  /** Whether that state was entered: a redrive goes on in the middle of it. */
  entered: boolean;
  variables: Record<string, Json>;
  /** Set when the line reached its end. */
  output: string | undefined;
  /** Of the Parallel or inline Map that the line is in; an iteration that has not begun has none. */
  inner: (Frame | undefined)[] | undefined;
  /** Of the Distributed Map that the line is in. */
  mapRunArn: string | undefined;
}

export const newFrame = (scope: Scope, input: string): Frame => ({
  state: scope.startAt,
  input,
  entered: false,
  variables: {},
  output: undefined,
  inner: undefined,
  mapRunArn: undefined,
});
