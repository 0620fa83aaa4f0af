/**
 * What `message_type` can be in the output of `--json`. docs/design.md, "JSON at the terminal", says which fields each
 * has; whoever reads them skips the types that it does not know.
 */
export const MESSAGE_TYPES = [
  'execution',
  'phase',
  'progress',
  'detached',
  'plan',
  'point',
  'committed',
  'restored',
  'verified',
  'cell',
  'scanned',
  'delete_plan',
  'deleted',
  'set',
  'sets',
  'set_deleted',
  'repair_plan',
  'repaired',
  'nothing_to_repair',
  'cancelled',
  'stopped',
  'nothing_to_cancel',
  'cleaned_up',
  'status',
  'session',
  'ended',
  'history',
  'description',
  'ready',
  'exit_error',
] as const;

export type MessageType = (typeof MESSAGE_TYPES)[number];
