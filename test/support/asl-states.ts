import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Branches?: readonly Machine[];
  readonly ItemProcessor?: Machine;
}
interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** A Task of a state machine's file, or one inside a map's processor. */
export interface TaskState {
  readonly name: string;
  /** The state that the parent's history shows while it runs: the map around it, or itself. */
  readonly shownAs: string;
  /** Inside the Parallel whose Catch rolls back. */
  readonly isWork: boolean;
}

/** Every Task of `statemachines/<machine>.asl.json`, in the order of the file. */
export function taskStates(machine: string): TaskState[] {
  const path = join(import.meta.dirname, '..', '..', 'statemachines', `${machine}.asl.json`);
  return [...tasksOf(JSON.parse(readFileSync(path, 'utf8')) as Machine, undefined, false)];
}

function* tasksOf(machine: Machine, map: string | undefined, isWork: boolean): Generator<TaskState> {
  for (const [name, state] of Object.entries(machine.States)) {
    if (state.Type === 'Task') yield { name, shownAs: map ?? name, isWork };
    for (const branch of state.Branches ?? []) yield* tasksOf(branch, map, true);
    if (state.ItemProcessor) yield* tasksOf(state.ItemProcessor, name, isWork);
  }
}
