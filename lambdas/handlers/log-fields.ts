/** Longer than any that the contracts let through; what is refused is logged before it was checked. */
const MOST_TEXT = 1_200;

/** Fields of an event that say for whom a step works, in the order of its log lines. */
const TELLING = ['root', 'sessionId', 'epoch', 'run', 'entryId', 'ownerArn'] as const;

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

/**
 * What every log line of an invocation carries, so that the lines of a root, a session or an execution can be found:
 * the identifying fields of the event, of its batch, or (before it is checked) of the execution's input. Data of the
 * event is not logged.
 */
export function logFields(event: unknown): Record<string, string | number> {
  const given = fieldsOf(event);
  const places = [given, fieldsOf(given.BatchInput), fieldsOf(given.input)];
  const fields: Record<string, string | number> = {};
  for (const name of TELLING) {
    const value = places.map((place) => place[name]).find((one) => one !== undefined);
    if (typeof value === 'string') fields[name] = value.slice(0, MOST_TEXT);
    else if (typeof value === 'number') fields[name] = value;
  }
  const { arn } = fieldsOf(given.execution);
  if (typeof arn === 'string') fields.execution = arn.slice(0, MOST_TEXT);
  return fields;
}
