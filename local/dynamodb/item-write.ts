import { copyItem, type Item, readItem } from './attribute-value.ts';
import { satisfies } from './condition-evaluation.ts';
import { pathsOf } from './condition-paths.ts';
import type { DocumentPath } from './document-path.ts';
import { validation } from './errors.ts';
import { itemBytes, maxItemBytes } from './item-size.ts';
import { checkKey, keyAttributes } from './key-schema.ts';
import { project } from './projection-expression.ts';
import { type Input, parseExpressions, type RequestExpressions } from './request-expressions.ts';
import type { Change, Table } from './table.ts';
import { applyUpdate } from './update-application.ts';

export type WriteKind = 'put' | 'update' | 'delete' | 'check';

export type WriteOutcome =
  | { readonly kind: 'condition-failed'; readonly old: Item | undefined }
  | { readonly kind: 'ready'; readonly old: Item | undefined; readonly change: Change | undefined };

const allowedReturnValues: Record<WriteKind, readonly string[]> = {
  put: ['NONE', 'ALL_OLD'],
  delete: ['NONE', 'ALL_OLD'],
  update: ['NONE', 'ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'],
  check: ['NONE'],
};

/** One write of one item: parsed on construction (a malformed request throws), then checked, then evaluated. */
export class ItemWrite {
  readonly table: Table;
  readonly #kind: WriteKind;
  readonly #input: Item;
  readonly #expressions: RequestExpressions;
  readonly #returnValues: string;
  /** Whether the old item goes into the error when the condition fails. */
  readonly returnsOldOnFailure: boolean;

  constructor(kind: WriteKind, table: Table, input: Input) {
    this.table = table;
    this.#kind = kind;
    this.#input = readItem(kind === 'put' ? input.Item : input.Key);
    this.#expressions = parseExpressions(input);
    this.#returnValues = String(input.ReturnValues ?? 'NONE');
    if (!allowedReturnValues[kind].includes(this.#returnValues))
      throw validation(
        kind === 'update'
          ? `1 validation error detected: Value '${this.#returnValues}' at 'returnValues' failed to satisfy constraint: ` +
              'Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]'
          : 'Return values set to invalid value',
      );
    this.returnsOldOnFailure = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    if (kind === 'put' && itemBytes(this.#input) > maxItemBytes)
      throw validation('Item size has exceeded the maximum allowed size');
  }

  /** Throws when key or item do not fit the table; until then {@link key} has no meaning. */
  check(): void {
    if (this.#kind === 'put') this.table.check(this.#input);
    else checkKey(this.table.schema, this.#input);
    const keys = keyAttributes(this.table.schema).map((piece) => piece.name);
    const { condition, update } = this.#expressions;
    for (const path of [...(condition ? pathsOf(condition) : []), ...(update ?? []).map((action) => action.path)])
      refuseInsideKey(path, keys);
    for (const { path } of update ?? [])
      if (keys.includes(path[0]))
        throw validation(
          `One or more parameter values were invalid: Cannot update attribute ${path[0]}. This attribute is part of the key`,
        );
  }

  get key(): Item {
    return this.#kind === 'put' ? this.table.keyOf(this.#input) : this.#input;
  }

  /** Decides against the item as it is now, changing nothing. Throws when the update does not fit the item. */
  evaluate(): WriteOutcome {
    const old = this.table.get(this.key);
    const { condition } = this.#expressions;
    if (condition && !satisfies(condition, old ?? {})) return { kind: 'condition-failed', old };
    const base = { table: this.table.definition.name, key: this.key };
    if (this.#kind === 'check') return { kind: 'ready', old, change: undefined };
    if (this.#kind === 'delete') return { kind: 'ready', old, change: old && base };
    if (this.#kind === 'put') return { kind: 'ready', old, change: { ...base, item: this.#input } };
    const item = applyUpdate(this.#expressions.update ?? [], old ?? this.#input);
    if (itemBytes(item) > maxItemBytes) throw validation('Item size to update has exceeded the maximum allowed size');
    this.table.check(item);
    return { kind: 'ready', old, change: { ...base, item } };
  }

  /** `Attributes` of the answer; empty ones are left out. */
  attributes(old: Item | undefined, next: Item | undefined): Item | undefined {
    const paths = (this.#expressions.update ?? []).map((action) => action.path);
    const answers: Record<string, () => Item | undefined> = {
      NONE: () => undefined,
      ALL_OLD: () => old && copyItem(old),
      ALL_NEW: () => next && copyItem(next),
      UPDATED_OLD: () => old && project(old, paths),
      UPDATED_NEW: () => next && project(next, paths),
    };
    const answer = answers[this.#returnValues]?.();
    return answer && Object.keys(answer).length > 0 ? answer : undefined;
  }
}

export function refuseInsideKey(path: DocumentPath, keys: readonly string[]): void {
  if (path.length > 1 && keys.includes(path[0]))
    throw validation(
      `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: ${path[0]}`,
    );
}
