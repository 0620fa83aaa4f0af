import type { Grant } from './grants.ts';

/** The state machines of the stack: construct id, ASL placeholder without `StateMachine`, and output's name. */
export type MachineId = 'CleanUp' | 'Repair' | 'FullBackup' | 'Restore' | 'Verify';

export interface MachineArns {
  /** Unqualified: IAM judges a call to an alias or a version by the state machine's own ARN. */
  readonly machineArn: string;
  /** `…:execution:<name>:*` */
  readonly executionsArn: string;
}

/** What functions may do with executions of the stack's own state machines, and of no others. */
export class MachineGrants {
  readonly #machines: ReadonlyMap<MachineId, MachineArns>;

  constructor(machines: ReadonlyMap<MachineId, MachineArns>) {
    this.#machines = machines;
  }

  describe = (): Grant => this.#executions('states:DescribeExecution');
  stop = (): Grant => this.#executions('states:StopExecution');

  /** An alias is authorized by its state machine's ARN. */
  start = (id: MachineId): Grant => ({
    actions: ['states:StartExecution'],
    resources: [this.#machines.get(id)].flatMap((machine) => (machine ? [machine.machineArn] : [])),
  });

  #executions(action: string): Grant {
    return { actions: [action], resources: [...this.#machines.values()].map(({ executionsArn }) => executionsArn) };
  }
}
