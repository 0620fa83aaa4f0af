import type { DeployedStep } from './step-table.ts';
import { BACKUP_STEPS } from './steps/backup-steps.ts';
import { CLEAN_UP_STEPS } from './steps/clean-up-steps.ts';
import { DATA_STEPS } from './steps/data-steps.ts';
import { DELETE_STEPS } from './steps/delete-steps.ts';
import { LOG_STEPS } from './steps/log-steps.ts';
import { RESTORE_STEPS } from './steps/restore-steps.ts';
import { ROLL_BACK_STEPS } from './steps/roll-back-steps.ts';
import { VERIFY_STEPS } from './steps/verify-steps.ts';

/** Every step of the stack: its contract, its size, and what it may do. */
export const STEPS: readonly DeployedStep[] = [
  ...BACKUP_STEPS,
  ...DATA_STEPS,
  ...LOG_STEPS,
  ...ROLL_BACK_STEPS,
  ...CLEAN_UP_STEPS,
  ...RESTORE_STEPS,
  ...VERIFY_STEPS,
  ...DELETE_STEPS,
];
