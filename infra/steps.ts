import type { DeployedStep } from './step-table.ts';
import { BACKUP_STEPS } from './steps/backup-steps.ts';
import { CLEAN_UP_STEPS } from './steps/clean-up-steps.ts';
import { ROLL_BACK_STEPS } from './steps/roll-back-steps.ts';

/** Every step of the stack: its contract, its size, and what it may do. */
export const STEPS: readonly DeployedStep[] = [...BACKUP_STEPS, ...ROLL_BACK_STEPS, ...CLEAN_UP_STEPS];
