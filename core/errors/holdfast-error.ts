import { printable, printableLines } from '../printable.ts';

/** Facts that an error carries besides its sentence: what a program, or the operator, may want to look up. */
export type Evidence = Readonly<Record<string, string | number | boolean | null | undefined | readonly string[]>>;

/** Longest sentence and hint, in UTF-16 units: with both an error stays far below the 256 KiB of an execution's state. */
export const MOST_MESSAGE = 12 * 1_024;
export const MOST_HINT = 4 * 1_024;

/**
 * The base of every error of the domain. One class per error; `name` is a literal, because `ErrorEquals` in the state
 * machines and the table of exit codes match it and minifiers rename classes.
 * `message` says what is wrong and where, in one line; `hint` says what to run next. Names from a source end up in
 * both, so that control characters are replaced and both are cut.
 */
export abstract class HoldfastError extends Error {
  abstract override readonly name: string;
  readonly hint: string;
  readonly evidence: Evidence;

  constructor(message: string, hint: string, evidence: Evidence = {}) {
    super(printable(cut(message, MOST_MESSAGE)));
    this.hint = printableLines(cut(hint, MOST_HINT));
    this.evidence = evidence;
  }
}

/** No half of a surrogate pair is left at the end. */
export const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
