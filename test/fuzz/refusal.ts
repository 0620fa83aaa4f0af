/** Text of an error is kept with an execution and printed: what a file says does not go into it whole. */
const MAX_MESSAGE = 2_000;

/** Runs a reader; answers by which of its own errors it refuses, and throws any other. */
export async function refusalOf(names: readonly string[], read: () => unknown): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    const { name, message, offset } = error as Error & { offset?: number };
    if (!names.includes(name)) throw error;
    if (message.length > MAX_MESSAGE) throw new Error(`${name} of ${message.length} characters`);
    if (offset !== undefined && !Number.isSafeInteger(offset)) throw new Error(`${name} at ${offset}`);
    return `${name}: ${message}`;
  }
}
