import type { Json } from './json.ts';
import { StateError } from './state-error.ts';

/** A JSON value beside its text, so that neither is made twice. Values are never changed in place. */
export interface StateData {
  readonly json: string;
  readonly value: Json;
}

/** "Maximum input or output size for a task, state, or execution": 256 KiB of UTF-8. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

/** Three bytes of UTF-8 are the most that one UTF-16 unit takes: short texts need no counting. */
export const isTooLong = (json: string): boolean =>
  json.length > MAX_PAYLOAD_BYTES ||
  (json.length * 3 > MAX_PAYLOAD_BYTES && Buffer.byteLength(json) > MAX_PAYLOAD_BYTES);

export function checkSize(json: string, what: string): void {
  if (isTooLong(json)) {
    throw new StateError(
      'States.DataLimitExceeded',
      `The ${what} exceeds the maximum number of bytes service limit of ${MAX_PAYLOAD_BYTES}.`,
    );
  }
}

export function dataOf(value: Json, what: string): StateData {
  const json = JSON.stringify(value);
  checkSize(json, what);
  return { json, value };
}

export const parsedData = (json: string): StateData => ({ json, value: JSON.parse(json) as Json });
