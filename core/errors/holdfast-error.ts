/** Facts that an error carries besides its sentence: what a program, or the operator, may want to look up. */
export type Evidence = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

/**
 * The base of every error of the domain. One class per error; `name` is a literal, because `ErrorEquals` in the state
 * machines and the table of exit codes match it and minifiers rename classes.
 * `message` says what is wrong and where; `hint` says what to run next.
 */
export abstract class HoldfastError extends Error {
  abstract override readonly name: string;
  readonly hint: string;
  readonly evidence: Evidence;

  constructor(message: string, hint: string, evidence: Evidence = {}) {
    super(message);
    this.hint = hint;
    this.evidence = evidence;
  }
}
