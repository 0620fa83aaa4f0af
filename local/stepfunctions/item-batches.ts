import type { MapState } from './compiled-state.ts';
import { evaluate } from './expression.ts';
import { checkSize, MAX_PAYLOAD_BYTES } from './state-data.ts';
import { StateError } from './state-error.ts';
import { bindingsOf, type Visit } from './visit.ts';
import { wholeNumber } from './whole-number.ts';

/** The inputs of the children, each with how many items it holds. */
export interface Batches {
  readonly inputs: readonly string[];
  readonly itemsOf: readonly number[] | undefined;
}

/** Puts items together as `ItemBatcher` says: `{ "BatchInput": …, "Items": [ … ] }`. */
export async function batchItems(visit: Visit<MapState>, items: readonly string[]): Promise<Batches> {
  const batcher = visit.state.distributed?.batcher;
  if (!batcher) {
    for (const item of items) checkSize(item, 'input of a child');
    return { inputs: items, itemsOf: undefined };
  }
  const bindings = bindingsOf(visit);
  const maxItems = batcher.maxItems ? await wholeNumber(batcher.maxItems, bindings) : Number.POSITIVE_INFINITY;
  const maxBytes = batcher.maxInputBytes ? await wholeNumber(batcher.maxInputBytes, bindings) : MAX_PAYLOAD_BYTES;
  if (maxItems < 1 || maxBytes < 1 || maxBytes > MAX_PAYLOAD_BYTES) {
    throw new StateError('States.QueryEvaluationError', 'The limits of a batch are out of range.', 'ItemBatcher');
  }
  const input = batcher.batchInput && JSON.stringify(await evaluate(batcher.batchInput, bindings));
  const head = input === undefined ? '{"Items":[' : `{"BatchInput":${input},"Items":[`;
  const inputs: string[] = [];
  const itemsOf: number[] = [];
  let batch: string[] = [];
  let bytes = 0;
  const close = () => {
    if (batch.length === 0) return;
    const json = `${head}${batch.join(',')}]}`;
    checkSize(json, 'input of a child');
    inputs.push(json);
    itemsOf.push(batch.length);
    batch = [];
    bytes = 0;
  };
  const frameBytes = Buffer.byteLength(head) + 2;
  for (const item of items) {
    const size = Buffer.byteLength(item) + 1;
    if (batch.length >= maxItems || frameBytes + bytes + size - 1 > maxBytes) close();
    batch.push(item);
    bytes += size;
  }
  close();
  return { inputs, itemsOf };
}
