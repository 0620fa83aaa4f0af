import { type AttributeValue, typeOf } from './attribute-value.ts';
import { type DocumentPath, parsePath, printPath } from './document-path.ts';
import type { TokenStream } from './expression-tokens.ts';
import type { Placeholders } from './placeholders.ts';

export type UpdateOperand =
  | { readonly kind: 'path'; readonly path: DocumentPath }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'if_not_exists'; readonly path: DocumentPath; readonly otherwise: UpdateOperand }
  | { readonly kind: 'list_append'; readonly left: UpdateOperand; readonly right: UpdateOperand }
  | { readonly kind: 'plus' | 'minus'; readonly left: UpdateOperand; readonly right: UpdateOperand };

export type UpdateAction =
  | { readonly kind: 'set'; readonly path: DocumentPath; readonly operand: UpdateOperand }
  | { readonly kind: 'remove'; readonly path: DocumentPath }
  | { readonly kind: 'add' | 'delete'; readonly path: DocumentPath; readonly value: AttributeValue };

const typeWords: Record<string, string> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
  L: 'LIST',
  M: 'MAP',
};

/** SET, REMOVE, ADD, DELETE, each at most once (Developer Guide, "Update expressions"). */
export class UpdateParser {
  readonly #tokens: TokenStream;
  readonly #placeholders: Placeholders;

  constructor(tokens: TokenStream, placeholders: Placeholders) {
    this.#tokens = tokens;
    this.#placeholders = placeholders;
  }

  parse(): UpdateAction[] {
    const tokens = this.#tokens;
    const actions: UpdateAction[] = [];
    const seen = new Set<string>();
    while (tokens.peek().kind !== 'end') {
      const section = tokens.peek().text.toUpperCase();
      if (!['SET', 'REMOVE', 'ADD', 'DELETE'].includes(section)) throw tokens.unexpected();
      tokens.take();
      if (seen.has(section))
        throw tokens.error(`The "${section}" section can only be used once in an update expression;`);
      seen.add(section);
      do actions.push(this.#action(section));
      while (tokens.takeSymbol(','));
    }
    this.#refuseOverlaps(actions.map((action) => action.path));
    return actions;
  }

  #action(section: string): UpdateAction {
    const path = parsePath(this.#tokens, this.#placeholders);
    if (section === 'REMOVE') return { kind: 'remove', path };
    if (section === 'SET') {
      this.#tokens.expectSymbol('=');
      return { kind: 'set', path, operand: this.#sum() };
    }
    const token = this.#tokens.peek();
    if (token.kind !== 'value') throw this.#tokens.unexpected();
    this.#tokens.take();
    const value = this.#placeholders.value(token.text, this.#tokens);
    const type = typeOf(value);
    if (typeWords[type] && !(section === 'ADD' && type === 'N'))
      throw this.#tokens.error(
        `Incorrect operand type for operator or function; operator: ${section}, operand type: ${typeWords[type]}`,
      );
    return { kind: section === 'ADD' ? 'add' : 'delete', path, value };
  }

  #sum(): UpdateOperand {
    const left = this.#operand();
    const sign = this.#tokens.isSymbol('+') ? 'plus' : this.#tokens.isSymbol('-') ? 'minus' : undefined;
    if (!sign) return left;
    const operator = this.#tokens.take().text;
    const right = this.#operand();
    for (const operand of [left, right]) this.#requireType(operator, operand, 'N');
    return { kind: sign, left, right };
  }

  #operand(): UpdateOperand {
    const tokens = this.#tokens;
    const token = tokens.peek();
    if (token.kind === 'value') {
      tokens.take();
      return { kind: 'value', value: this.#placeholders.value(token.text, tokens) };
    }
    if (tokens.takeSymbol('(')) {
      const inner = this.#sum();
      tokens.expectSymbol(')');
      return inner;
    }
    if (token.kind === 'word' && tokens.peek(1).text === '(') return this.#function();
    return { kind: 'path', path: parsePath(tokens, this.#placeholders) };
  }

  #function(): UpdateOperand {
    const tokens = this.#tokens;
    const name = tokens.take().text;
    if (name !== 'if_not_exists' && name !== 'list_append')
      throw tokens.error(`Invalid function name; function: ${name}`);
    tokens.expectSymbol('(');
    const list = [this.#operand()];
    while (tokens.takeSymbol(',')) list.push(this.#operand());
    tokens.expectSymbol(')');
    const [left, right] = list;
    if (list.length !== 2 || !left || !right)
      throw tokens.error(
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${list.length}`,
      );
    if (name === 'if_not_exists') {
      if (left.kind !== 'path')
        throw tokens.error(`Operator or function requires a document path; operator or function: ${name}`);
      return { kind: 'if_not_exists', path: left.path, otherwise: right };
    }
    for (const operand of list) this.#requireType(name, operand, 'L');
    return { kind: 'list_append', left, right };
  }

  #requireType(name: string, operand: UpdateOperand, type: string): void {
    const actual = operand.kind === 'value' ? typeOf(operand.value) : type;
    if (actual !== type)
      throw this.#tokens.error(
        `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${actual}`,
      );
  }

  #refuseOverlaps(paths: readonly DocumentPath[]): void {
    for (const [i, one] of paths.entries())
      for (const two of paths.slice(i + 1)) {
        const depth = one.findIndex((piece, at) => at >= two.length || piece !== two[at]);
        const at = depth < 0 ? Math.min(one.length, two.length) : depth;
        const isPrefix = at >= one.length || at >= two.length;
        const isConflict = !isPrefix && typeof one[at] !== typeof two[at];
        if (!isPrefix && !isConflict) continue;
        throw this.#tokens.error(
          `Two document paths ${isConflict ? 'conflict' : 'overlap'} with each other; must remove or rewrite one of ` +
            `these paths; path one: ${printPath(one)}, path two: ${printPath(two)}`,
        );
      }
  }
}
