/** What was asked of Buffer while something ran, in bytes. */
export interface Allocated {
  readonly largestBytes: number;
  readonly totalBytes: number;
}

const NAMES = ['alloc', 'allocUnsafe', 'allocUnsafeSlow'] as const;
type Allocate = (size: number, ...rest: never[]) => Buffer;

/**
 * Runs `work` and counts each Buffer that is asked for, zlib's own too, whether its memory is ever touched or not. Nothing
 * else may run meanwhile. What is larger than `limitBytes` is refused before it is made.
 * @param fill what memory that nobody wrote to holds: a reader whose answer depends on it reads what is not there
 */
export async function allocatedBy(limitBytes: number, work: () => Promise<void>, fill = 0): Promise<Allocated> {
  let largestBytes = 0;
  let totalBytes = 0;
  const functions = Buffer as unknown as Record<string, Allocate>;
  const originals = NAMES.map((name) => [name, functions[name]!] as const);
  let tooMuch: TooMuchMemory | undefined;
  for (const [name, original] of originals) {
    functions[name] = (size, ...rest) => {
      largestBytes = Math.max(largestBytes, size);
      totalBytes += size;
      if (size <= limitBytes) {
        const memory = original.call(Buffer, size, ...rest);
        return name === 'alloc' ? memory : memory.fill(fill);
      }
      tooMuch ??= new TooMuchMemory(`a buffer of ${size} bytes, ${limitBytes} are enough`);
      throw tooMuch;
    };
  }
  try {
    await work();
  } finally {
    for (const [name, original] of originals) functions[name] = original;
  }
  // A reader that turns every error into its own does not hide it.
  if (tooMuch !== undefined) throw tooMuch;
  return { largestBytes, totalBytes };
}

class TooMuchMemory extends Error {}
