import { type AttributeValue, compareValues, isAttributeType, typeOf } from './attribute-value.ts';
import { type DocumentPath, parsePath, printPath, samePath } from './document-path.ts';
import type { TokenStream } from './expression-tokens.ts';
import type { Placeholders } from './placeholders.ts';

export type Operand =
  | { readonly kind: 'path'; readonly path: DocumentPath }
  | { readonly kind: 'value'; readonly value: AttributeValue }
  | { readonly kind: 'size'; readonly of: Operand };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly inner: Condition }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'exists'; readonly path: DocumentPath; readonly wanted: boolean }
  | { readonly kind: 'type'; readonly path: Operand; readonly type: string }
  | { readonly kind: 'begins_with' | 'contains'; readonly operand: Operand; readonly argument: Operand };

const functions: Record<string, number> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};

const comparators = new Set(['=', '<>', '<', '<=', '>', '>=']);
const maxNesting = 100;

/** Recursive descent: or → and → not → ( … ), function, comparison (Developer Guide, "Comparison operators and functions"). */
export class ConditionParser {
  readonly #tokens: TokenStream;
  readonly #placeholders: Placeholders;
  #depth = 0;

  constructor(tokens: TokenStream, placeholders: Placeholders) {
    this.#tokens = tokens;
    this.#placeholders = placeholders;
  }

  parse(): Condition {
    const condition = this.#or();
    this.#tokens.expectEnd();
    return condition;
  }

  #or(): Condition {
    let left = this.#and();
    while (this.#tokens.takeKeyword('OR')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#tokens.takeKeyword('AND')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Condition {
    if (++this.#depth > maxNesting) throw this.#tokens.error('The expression is nested too deeply;');
    try {
      if (this.#tokens.takeKeyword('NOT')) return { kind: 'not', inner: this.#not() };
      return this.#tokens.isSymbol('(') && !this.#isParenthesizedOperand() ? this.#parentheses() : this.#simple();
    } finally {
      this.#depth--;
    }
  }

  /** The pair of parentheses closed last: where it opened, and where the token after it stands. */
  #closed = { open: -1, next: -1 };

  #parentheses(): Condition {
    const open = this.#tokens.take().at;
    const innerOpen = this.#tokens.peek().at;
    const inner = this.#or();
    // ((a = b)): one pair spans all that the other holds.
    if (this.#closed.open === innerOpen && this.#closed.next === this.#tokens.peek().at)
      throw this.#tokens.error('The expression has redundant parentheses;');
    this.#tokens.expectSymbol(')');
    this.#closed = { open, next: this.#tokens.peek().at };
    return inner;
  }

  /** `(a) = :b` is allowed: parentheses around one operand. */
  #isParenthesizedOperand(): boolean {
    let ahead = 1;
    while (
      ['word', 'name', 'index'].includes(this.#tokens.peek(ahead).kind) ||
      ['.', '[', ']'].includes(this.#tokens.peek(ahead).text)
    )
      ahead++;
    if (ahead === 1 && this.#tokens.peek(1).kind === 'value') ahead++;
    return ahead > 1 && this.#tokens.peek(ahead).text === ')';
  }

  #simple(): Condition {
    const tokens = this.#tokens;
    const head = tokens.peek();
    if (head.kind === 'word' && tokens.peek(1).text === '(' && head.text !== 'size') return this.#function();
    const left = this.#operand();
    const next = tokens.peek();
    if (next.kind === 'symbol' && comparators.has(next.text)) {
      tokens.take();
      const right = this.#operand();
      this.#refuseSame(next.text, left, [right]);
      if (next.text !== '=' && next.text !== '<>') this.#requireOrder(next.text, [left, right]);
      return { kind: 'compare', comparator: next.text as Comparator, left, right };
    }
    if (tokens.takeKeyword('BETWEEN')) {
      const low = this.#operand();
      tokens.expectKeyword('AND');
      const high = this.#operand();
      this.#refuseSame('BETWEEN', left, [low, high]);
      this.#requireOrder('BETWEEN', [left, low, high]);
      this.#checkBounds(low, high);
      return { kind: 'between', operand: left, low, high };
    }
    if (tokens.takeKeyword('IN')) {
      const list = this.#arguments();
      if (list.length > 100)
        throw tokens.error(
          `Incorrect number of operands for operator or function; operator or function: IN, number of operands: ${list.length}`,
        );
      this.#refuseSame('IN', left, list);
      return { kind: 'in', operand: left, list };
    }
    throw tokens.unexpected();
  }

  #arguments(): Operand[] {
    this.#tokens.expectSymbol('(');
    const list = [this.#operand()];
    while (this.#tokens.takeSymbol(',')) list.push(this.#operand());
    this.#tokens.expectSymbol(')');
    return list;
  }

  #operand(): Operand {
    const token = this.#tokens.peek();
    if (token.kind === 'value') {
      this.#tokens.take();
      return { kind: 'value', value: this.#placeholders.value(token.text, this.#tokens) };
    }
    if (this.#tokens.isSymbol('(')) {
      this.#tokens.take();
      const inner = this.#operand();
      this.#tokens.expectSymbol(')');
      return inner;
    }
    if (token.kind === 'word' && this.#tokens.peek(1).text === '(') {
      const name = this.#functionName();
      if (name !== 'size')
        throw this.#tokens.error(`The function is not allowed to be used this way in an expression; function: ${name}`);
      const [of] = this.#countedArguments(name);
      if (of!.kind === 'value') this.#requireType(name, of!, ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M']);
      return { kind: 'size', of: of! };
    }
    return { kind: 'path', path: parsePath(this.#tokens, this.#placeholders) };
  }

  #functionName(): string {
    const name = this.#tokens.take().text;
    if (!Object.hasOwn(functions, name)) throw this.#tokens.error(`Invalid function name; function: ${name}`);
    return name;
  }

  #countedArguments(name: string): Operand[] {
    const list = this.#arguments();
    if (list.length !== functions[name])
      throw this.#tokens.error(
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${list.length}`,
      );
    return list;
  }

  #function(): Condition {
    const name = this.#functionName();
    const [first, second] = this.#countedArguments(name) as [Operand, Operand];
    if (name === 'attribute_exists' || name === 'attribute_not_exists') {
      if (first.kind !== 'path')
        throw this.#tokens.error(`Operator or function requires a document path; operator or function: ${name}`);
      return { kind: 'exists', path: first.path, wanted: name === 'attribute_exists' };
    }
    this.#refuseSame(name, first, [second]);
    if (name === 'attribute_type') {
      this.#requireType(name, second, ['S']);
      const type = second.kind === 'value' && 'S' in second.value ? second.value.S : '';
      if (!isAttributeType(type))
        throw this.#tokens.error(
          `Invalid attribute type name found; type: ${type}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
        );
      return { kind: 'type', path: first, type };
    }
    if (name === 'begins_with') {
      for (const operand of [first, second]) if (operand.kind !== 'path') this.#requireType(name, operand, ['S', 'B']);
      return { kind: 'begins_with', operand: first, argument: second };
    }
    return { kind: 'contains', operand: first, argument: second };
  }

  #requireType(name: string, operand: Operand, types: readonly string[]): void {
    const type =
      operand.kind === 'value'
        ? typeOf(operand.value)
        : operand.kind === 'size'
          ? 'N'
          : '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}';
    if (!types.includes(type))
      throw this.#tokens.error(
        `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
      );
  }

  /** Only strings, numbers and bytes have an order. */
  #requireOrder(operator: string, operands: readonly Operand[]): void {
    for (const operand of operands) if (operand.kind === 'value') this.#requireType(operator, operand, ['S', 'N', 'B']);
  }

  #refuseSame(operator: string, first: Operand, rest: readonly Operand[]): void {
    for (const other of rest)
      if (first.kind === 'path' && other.kind === 'path' && samePath(first.path, other.path))
        throw this.#tokens.error(
          'The first operand must be distinct from the remaining operands for this operator or function; ' +
            `operator: ${operator}, first operand: ${printPath(first.path)}`,
        );
  }

  #checkBounds(low: Operand, high: Operand): void {
    if (low.kind !== 'value' || high.kind !== 'value') return;
    if (typeOf(low.value) !== typeOf(high.value))
      throw this.#tokens.error('The BETWEEN operator requires same data type for lower and upper bounds;');
    if ((compareValues(low.value, high.value) ?? 0) > 0)
      throw this.#tokens.error('The BETWEEN operator requires upper bound to be greater than or equal to lower bound;');
  }
}
