import type { Grant } from './grants.ts';

/** The state machines of the stack: construct id, ASL placeholder without `StateMachine`, and output's name. */
export type MachineId = 'CleanUp' | 'Repair' | 'FullBackup' | 'IncrementalBackup' | 'Restore' | 'Verify' | 'Delete';

export interface MachineArns {
  /** Unqualified: IAM judges a call to an alias or a version by the state machine's own ARN. */
  readonly machineArn: string;
  /** `…:execution:<name>:*` */
  readonly executionsArn: string;
  /** The same of every deployment of this machine: of a stack that was deleted and deployed anew too. */
  readonly everyExecutionArn: string;
}

/** What functions may do with executions of the stack's own state machines, and of no others. */
export class MachineGrants {
  readonly #machines: ReadonlyMap<MachineId, MachineArns>;

  constructor(machines: ReadonlyMap<MachineId, MachineArns>) {
    this.#machines = machines;
  }

  /**
   * Flags and claims outlive the stack that set them. Of an execution whose machine is gone the answer must be "does not
   * exist", as IAM lets it be; AccessDenied would leave the root locked for good.
   */
  describe = (): Grant => this.#executions('states:DescribeExecution', 'everyExecutionArn');
  stop = (): Grant => this.#executions('states:StopExecution', 'executionsArn');

  /** An alias is authorized by its state machine's ARN. */
  start = (id: MachineId): Grant => ({
    actions: ['states:StartExecution'],
    resources: [this.#machines.get(id)].flatMap((machine) => (machine ? [machine.machineArn] : [])),
  });

  #executions(action: string, which: 'executionsArn' | 'everyExecutionArn'): Grant {
    return { actions: [action], resources: [...this.#machines.values()].map((machine) => machine[which]) };
  }
}
