import type { forgetImageContract } from '../contracts/forget-image.contract.ts';
import type { RemovalInput } from '../contracts/removal-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { type AuthorityPorts, assertAuthority } from './removal-authority.ts';

type Ports = AuthorityPorts & { readonly table: Pick<SystemTable, 'forgetImage'> };

/**
 * {@link forgetImageContract}: the record goes last (I7), in the transaction that takes the entry off the list, and only
 * while no session holds the root: its system snapshot would bring the record back.
 * @throws Superseded, ImageConflict, InvalidInput, UnknownOutcome
 */
export const forgetImage =
  (ports: Ports) =>
  async (input: RemovalInput): Promise<OutputOf<typeof forgetImageContract>> => {
    const entry = await assertAuthority(ports, input, 'destination');
    if (entry?.outcome !== 'DELETED') return { decision: 'LATER', reason: 'no image was deleted by this entry' };
    const outcome = await ports.table.forgetImage(input.root, input.sessionId, entry.entryId);
    return outcome.decision === 'APPLIED'
      ? { decision: 'FORGOTTEN', reason: 'record and entry are gone' }
      : { decision: 'LATER', reason: `${outcome.control.flag?.sessionId ?? 'a session'} holds the root` };
  };
