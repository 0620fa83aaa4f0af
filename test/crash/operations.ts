import type { Operation } from './operation.ts';
import { cleanUp } from './operations/clean-up.ts';
import { full } from './operations/full.ts';
import { increment } from './operations/increment.ts';
import { repair } from './operations/repair.ts';
import { restore } from './operations/restore.ts';
import { rollBack } from './operations/roll-back.ts';
import { verify } from './operations/verify.ts';

/** All that the certificate cuts. One that is added here is recorded, cut, paired and published like the others. */
export const OPERATIONS: readonly Operation[] = [full, increment, rollBack, repair, cleanUp, restore, verify];
