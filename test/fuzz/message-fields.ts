import { Writer } from '../../core/hbase/protobuf-message.ts';
import { changed } from './byte-changes.ts';
import type { Random } from './random.ts';

/** A field of a message: its key and value as they stand, or the fields of the message that it holds. */
interface Field {
  readonly number: number;
  readonly wireType: number;
  readonly value: Uint8Array;
  readonly fields: Field[] | undefined;
}

/** Reads bytes as a message as deep as that goes; undefined if they are none. */
function fieldsOf(bytes: Uint8Array, depth = 0): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; at < bytes.length; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag % 8;
    const number = Math.floor(tag / 8);
    const start = at;
    let length = wireType === 1 ? 8 : wireType === 5 ? 4 : 0;
    if (wireType === 0) {
      varint();
      length = at - start;
      at = start;
    } else if (wireType === 2) length = varint();
    if (!(number > 0 && number < 100 && [0, 1, 2, 5].includes(wireType)) || !(at + length <= bytes.length))
      return undefined;
    const value = bytes.subarray(at, at + length);
    const inner = wireType === 2 && length > 1 && depth < 8 ? fieldsOf(value, depth + 1) : undefined;
    fields.push({ number, wireType, value, fields: inner });
    at += length;
  }
  return fields;
}

function written(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.map(({ number, wireType, value, fields: inner }) => {
      const tag = new Writer().uint32(number * 8 + wireType).finish();
      const bytes = inner === undefined ? value : written(inner);
      return Buffer.concat(wireType === 2 ? [tag, new Writer().uint32(bytes.length).finish(), bytes] : [tag, bytes]);
    }),
  );
}

/** One field somewhere in the tree changed, left out, doubled or moved; the lengths around it are those that it needs then. */
function changeField(random: Random, fields: Field[]): void {
  const i = random.below(fields.length);
  const field = fields[i]!;
  if (field.fields !== undefined && field.fields.length > 0 && random.below(5) > 0) {
    changeField(random, field.fields);
    return;
  }
  const kind = random.below(8);
  if (kind === 0) fields.splice(i, 1);
  else if (kind === 1) fields.splice(random.below(fields.length), 0, field);
  else if (kind === 2) fields[i] = { ...field, number: 1 + random.below(14) };
  else if (kind === 3) fields.push(fields.splice(i, 1)[0]!);
  else {
    const value = field.fields === undefined ? field.value : written(field.fields);
    fields[i] = { ...field, value: changed(random, value), fields: undefined };
  }
}

/** A message changed in one to three fields, at whatever depth; bytes that are no message are changed as bytes. */
export function changedMessage(random: Random, bytes: Uint8Array): Uint8Array {
  const fields = random.below(6) === 0 ? undefined : fieldsOf(bytes);
  if (fields === undefined) return changed(random, bytes);
  for (let i = random.below(3); i >= 0 && fields.length > 0; i--) changeField(random, fields);
  return written(fields);
}
