/** One way in which facts contradict an invariant of docs/design.md. */
export interface Violation {
  /** `I1` … `I13`. */
  readonly invariant: string;
  readonly what: string;
}
