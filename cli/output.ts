import Table from 'cli-table3';
import pc from 'picocolors';
import { canonicalJson, type Json } from '../core/canonical-json.ts';
import { printable, printableLines } from '../core/printable.ts';
import type { MessageType } from './message-types.ts';
import { type Progress, ProgressBar, WORD_WIDTH } from './progress-bar.ts';
import { snakeCase } from './snake-case.ts';

/** One thing that happened: `message_type` says what, as one JSON line; `line` is what a person reads. */
export interface Message {
  readonly type: MessageType;
  /** In JSON their names are in snake_case. */
  readonly fields: object;
  /** Word at the left, and the text after it. */
  readonly line?: readonly [word: string, text: string];
}

interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/**
 * Where a verb's answer goes: a terminal (colour, a progress bar), a pipe (the same as plain lines, no redraw), or
 * `--json` (one JSON line an event; `document` for verbs that answer once).
 */
export class Output {
  readonly isJson: boolean;
  readonly #out: Stream;
  readonly #paint: ReturnType<typeof pc.createColors>;
  readonly #isTerminal: boolean;
  readonly #now: () => number;
  #bar: ProgressBar | undefined;
  #lastPhase = '';

  constructor(out: Stream, options: { readonly json: boolean; readonly color?: boolean; now?(): number }) {
    this.#out = out;
    this.#now = options.now ?? Date.now;
    this.isJson = options.json;
    this.#isTerminal = !options.json && out.isTTY === true;
    this.#paint = pc.createColors(options.color ?? (this.#isTerminal && pc.isColorSupported));
  }

  say(message: Message): void {
    this.#endBar();
    if (this.isJson) this.#json(message.type, message.fields);
    else if (message.line) this.#line(...message.line);
  }

  /** A line that JSON readers do not need. */
  note(word: string, text: string): void {
    if (this.isJson) return;
    this.#endBar();
    this.#line(word, text);
  }

  /** The whole answer of a verb that answers once. */
  document(type: MessageType, fields: object, text: () => void): void {
    if (this.isJson) this.#json(type, fields);
    else text();
  }

  /** A line of data for a program to read, as JSON without a `message_type`. */
  record(value: object): void {
    this.#endBar();
    this.#out.write(`${oneLine(value)}\n`);
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const table = new Table({
      head: head.map((h) => this.#paint.bold(h)),
      chars: Object.fromEntries(
        ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
          .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
          .map((k) => [k, ''])
          .concat([['middle', '  ']]),
      ),
      style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    });
    table.push(...rows.map((row) => row.map(printable)));
    this.#out.write(`${table.toString().replace(/ +$/gm, '')}\n`);
  }

  progress(p: Progress): void {
    if (this.isJson) {
      this.#json('progress', p);
      return;
    }
    const isNew = p.phase !== this.#lastPhase;
    this.#lastPhase = p.phase;
    if (!this.#isTerminal) {
      if (isNew) this.#line(p.phase, `${p.ofFiles} files`);
      return;
    }
    if (isNew) this.#endBar();
    this.#bar ??= new ProgressBar(this.#out as NodeJS.WritableStream, this.#now, p);
    this.#bar.update(p);
  }

  close(): void {
    this.#endBar();
  }

  #endBar(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #line(word: string, text: string): void {
    const color = word === 'Failed' || word === 'Refused' ? this.#paint.red : this.#paint.bold;
    const indent = ' '.repeat(WORD_WIDTH);
    this.#out.write(
      `${color(word)}${' '.repeat(Math.max(1, WORD_WIDTH - word.length))}${printableLines(text).replace(/\n/g, `\n${indent}`)}\n`,
    );
  }

  #json(type: MessageType, fields: object): void {
    const value = { message_type: type, ...(snakeCase(fields) as object) };
    this.#out.write(`${oneLine(value)}\n`);
  }
}

/** JSON escapes C0 by itself; DEL and C1 would reach the terminal. */
const oneLine = (value: object): string =>
  canonicalJson(value as Json).replace(/[\x7f-\x9f]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`);
