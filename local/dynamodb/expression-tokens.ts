import { validation } from './errors.ts';

/** `word` is a bare attribute name, function or keyword; `name` is #placeholder, `value` is :placeholder. */
export interface Token {
  readonly kind: 'word' | 'name' | 'value' | 'index' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

const pattern = /\s*(?:([A-Za-z][A-Za-z0-9_]*)|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([0-9]+)|(<>|<=|>=|[=<>()[\],.+-]))/y;
const kinds = ['word', 'name', 'value', 'index', 'symbol'] as const;

/** The longest expression of the service (Developer Guide, "Expression parameters"). */
const maxExpressionBytes = 4096;

/** A cursor over the tokens of one expression; `parameter` names it in errors. */
export class TokenStream {
  readonly parameter: string;
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #next = 0;

  constructor(parameter: string, source: string) {
    this.parameter = parameter;
    this.#source = source;
    if (source.trim() === '') throw this.error('The expression can not be empty;');
    if (Buffer.byteLength(source) > maxExpressionBytes)
      throw this.error(
        `Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(source)}`,
      );
    const end = source.trimEnd().length;
    let at = 0;
    while (at < end) {
      pattern.lastIndex = at;
      const match = pattern.exec(source);
      if (!match) {
        const rest = source.slice(at).trimStart();
        throw this.#syntax(rest.charAt(0), source.length - rest.length);
      }
      const group = match.slice(1).findIndex((text) => text !== undefined);
      const text = match[group + 1]!;
      this.#tokens.push({ kind: kinds[group]!, text, at: pattern.lastIndex - text.length });
      at = pattern.lastIndex;
    }
  }

  peek(ahead = 0): Token {
    return this.#tokens[this.#next + ahead] ?? { kind: 'end', text: '<EOF>', at: this.#source.length };
  }

  take(): Token {
    const token = this.peek();
    this.#next++;
    return token;
  }

  isSymbol(text: string): boolean {
    return this.peek().kind === 'symbol' && this.peek().text === text;
  }

  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.#next++;
    return true;
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) throw this.unexpected();
  }

  /** Keywords are words in any case. */
  isKeyword(keyword: string): boolean {
    return this.peek().kind === 'word' && this.peek().text.toUpperCase() === keyword;
  }

  takeKeyword(keyword: string): boolean {
    if (!this.isKeyword(keyword)) return false;
    this.#next++;
    return true;
  }

  expectKeyword(keyword: string): void {
    if (!this.takeKeyword(keyword)) throw this.unexpected();
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') throw this.unexpected();
  }

  unexpected() {
    return this.#syntax(this.peek().text, this.peek().at);
  }

  error(message: string) {
    return validation(`Invalid ${this.parameter}: ${message}`);
  }

  #syntax(token: string, at: number) {
    const near = this.#source.slice(Math.max(0, at - 10), at + token.length + 10).trim();
    return this.error(`Syntax error; token: "${token}", near: "${near}"`);
  }
}
