/** What happens at one call. The words are those of a token and of the published tables. */
export const FAULTS = {
  before: 'the step dies before the call',
  'before!': 'the step dies before the call, and at once whenever its state tries it again',
  after: 'the step dies after the call took effect',
  'after!': 'the step dies after the call took effect, and at once whenever its state tries it again',
  lost: 'the call takes effect, its answer is lost',
  'lost!': 'every such call of the step takes effect, no answer arrives',
  resent: 'the call takes effect, its answer is lost, and the SDK sends it again',
  twice: 'the call is delivered twice',
  stop: 'the execution is stopped; the step lives on',
  timeout: 'the execution times out; the step lives on',
  outage: 'neither this call nor any after it is answered, until the execution is over',
  hang: 'the function runs out of its time; the call takes effect a minute later',
  'late-stop': 'the execution is stopped; the call takes effect five seconds later',
  'late-repair': 'the execution is stopped; the call takes effect after the recovery',
  'late-commit': "the execution is stopped; the call takes effect after the next session's commit",
  thaw: 'the execution is stopped; the call takes effect at the last moment that a step can live (step life)',
  throttled: 'the call is throttled once',
  'throttled!': 'every such call of the step is throttled',
  denied: 'AccessDenied once',
  'denied!': 'every such call of the step is denied',
  error: 'the call is answered with 500 and has no effect',
  'error-done': 'the call is answered with 500 after it took effect',
  'error!': 'every such call of the step is answered with 500',
  conflict: 'the call meets another one: TransactionConflict, or 409 to a conditional put',
  short: 'a listing comes in pages of one line',
  cut: 'a listing ends in the middle: more is announced, and no token for it',
  torn: 'the answer is a system snapshot without its last line',
  'inside-200': '200 OK with an error in its body, after the call took effect',
  'inside-200-none': '200 OK with an error in its body, without effect',
} as const;

export type FaultKind = keyof typeof FAULTS;

/** The `at`-th call of the case, from 1, in the order in which they are made. */
export interface Fault {
  readonly at: number;
  readonly kind: FaultKind;
}

/** One call of a case, as it was made. */
export interface SeenCall {
  readonly at: number;
  /** A step (`PlanBackup`) or a state machine (`full-backup`). */
  readonly who: string;
  readonly isStep: boolean;
  readonly service: string;
  readonly operation: string;
  /** Key, item or function that it is about. */
  readonly about: string;
  readonly atMs: number;
  /** What the player does meanwhile: `operation`, `recovery` … */
  readonly phase: string;
  fault?: FaultKind;
  /** `ok`, or the error's name. Absent: not answered. */
  outcome?: string;
}

const WRITE =
  /^(Put|Copy|Delete|Update|TransactWrite|CompleteMultipart|AbortMultipart|CreateMultipart|UploadPart|Start|Stop)/;
const LIST = /^(List|Query)/;

export const isWrite = ({ operation }: Pick<SeenCall, 'operation'>): boolean => WRITE.test(operation);

/** The faults that a call may meet; to those that would make no difference it is not put. */
export function faultsOf(call: Pick<SeenCall, 'isStep' | 'service' | 'operation' | 'about'>): FaultKind[] {
  const kinds: FaultKind[] = ['stop', 'timeout', 'outage', 'throttled', 'denied!', 'error', 'error!'];
  const write = isWrite(call);
  if (!call.isStep) return [...kinds, 'lost', ...(call.service === 'lambda' ? (['twice'] as const) : [])];
  kinds.push('before', 'before!', 'throttled!', 'denied');
  if (write) {
    kinds.push('after', 'after!', 'lost', 'lost!', 'resent', 'twice', 'hang', 'error-done');
    kinds.push('late-stop', 'late-repair', 'late-commit', 'thaw');
  }
  if (/^(TransactWriteItems|PutObject|CopyObject|CompleteMultipartUpload)$/.test(call.operation))
    kinds.push('conflict');
  if (call.operation === 'GetObject' && /\/system\/[0-9a-f]+\/backup_/.test(call.about)) kinds.push('torn');
  if (LIST.test(call.operation)) kinds.push('short');
  if (/^ListObject/.test(call.operation)) kinds.push('cut');
  if (/^(CopyObject|CompleteMultipartUpload)$/.test(call.operation)) kinds.push('inside-200', 'inside-200-none');
  return kinds;
}
