import { planBackupContract } from './plan-backup.contract.ts';
import { defineContract } from './step-contract.ts';

/** Of an increment from logs, once their HFiles are made: the same plan as PlanBackup's, of the parents' lists and what is new. */
export const planIncrementContract = defineContract({ ...planBackupContract, name: 'PlanIncrement' });
