/** A Hadoop vint (WritableUtils), which is not protobuf's: its first byte says sign and length. */
export interface Vint {
  readonly value: bigint;
  /** Where the bytes behind it begin. */
  readonly end: number;
}

/** How many bytes the vint takes that begins with this signed byte. */
export function vintLength(first: number): number {
  if (first >= -112) return 1;
  return first < -120 ? -119 - first : -111 - first;
}

/** @throws RangeError if the bytes end before it does */
export function readVint(bytes: Uint8Array, at: number, limit = bytes.length): Vint {
  if (at >= limit) throw new RangeError('ends before a vint');
  const first = (bytes[at]! << 24) >> 24;
  const end = at + vintLength(first);
  if (end > limit) throw new RangeError('ends inside a vint');
  if (end === at + 1) return { value: BigInt(first), end };
  let value = 0n;
  for (let i = at + 1; i < end; i++) value = (value << 8n) | BigInt(bytes[i]!);
  return { value: first < -120 ? ~value : value, end };
}

/** How many bytes {@link writeVint} writes for a value that is not negative. */
export function vintSize(value: number): number {
  if (value <= 127) return 1;
  let size = 2;
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) size++;
  return size;
}

/** Writes `value`, a safe integer that is not negative, and answers where it ends. There must be room for 9 bytes. */
export function writeVint(target: Uint8Array, at: number, value: number): number {
  if (value <= 127) {
    target[at] = value;
    return at + 1;
  }
  const end = at + vintSize(value);
  target[at] = -111 - (end - at);
  let rest = value;
  for (let i = end - 1; i > at; i--) {
    target[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return end;
}
