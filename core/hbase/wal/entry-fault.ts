/** Bytes of an entry that contradict the format. `at` counts in the buffer that was being read. Never leaves this folder. */
export class EntryFault extends Error {
  readonly at: number;

  constructor(at: number, reason: string) {
    super(reason);
    this.at = at;
  }
}

/** An entry that goes on behind the bytes at hand: in the rest of the file, or nowhere. Never leaves this folder. */
export class EntryShort extends Error {
  /** Where the length stands that reaches too far; what lies before it was read. */
  readonly at: number;
  /** How far the buffer has to reach at least. */
  readonly until: number;

  constructor(at: number, until: number) {
    super(`goes on to ${until}`);
    this.at = at;
    this.until = until;
  }
}
