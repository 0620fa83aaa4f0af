import { join } from 'node:path';
import type { MachineId } from './machine-grants.ts';

const DIRECTORY = join(import.meta.dirname, '..', 'statemachines');

/** The state machines, each after those that it starts. */
export const STATE_MACHINES: readonly { readonly id: MachineId; readonly name: string }[] = [
  { id: 'CleanUp', name: 'clean-up' },
  { id: 'Repair', name: 'repair' },
  { id: 'FullBackup', name: 'full-backup' },
  { id: 'IncrementalBackup', name: 'incremental-backup' },
  { id: 'Restore', name: 'restore' },
  { id: 'Verify', name: 'verify' },
  { id: 'Delete', name: 'delete' },
];

export const definitionFile = (name: string): string => join(DIRECTORY, `${name}.asl.json`);
