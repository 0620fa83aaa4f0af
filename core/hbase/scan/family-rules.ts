import { InvalidInput } from '../../errors/input-errors.ts';
import { HBaseFormatError } from '../format-error.ts';
import { attributeText, type FamilySchema } from '../table-schema.ts';

/** What a column family keeps, of its descriptor (ScanInfo). */
export interface FamilyRules {
  readonly versions: number;
  readonly minVersions: number;
  /** Infinity: FOREVER. */
  readonly ttlMs: number;
}

/** HConstants.FOREVER */
const FOREVER = 2_147_483_647;

/**
 * KEEP_DELETED_CELLS is no rule of these: it changes what compactions keep and what scans of a time in the past see, and
 * a scan up to now sees the same with each of its values.
 * @throws HBaseFormatError
 */
export function familyRules(family: FamilySchema): FamilyRules {
  const integer = (name: string, otherwise: number) => {
    const text = attributeText(family.attributes, name) ?? String(otherwise);
    if (/^-?\d{1,10}$/.test(text)) return Number(text);
    throw new HBaseFormatError(`family ${family.name}`, 0, `${name} is ${JSON.stringify(text)}`);
  };
  const ttl = integer('TTL', FOREVER);
  return {
    versions: integer('VERSIONS', 1),
    minVersions: integer('MIN_VERSIONS', 0),
    ttlMs: ttl === FOREVER || ttl < 0 ? Number.POSITIVE_INFINITY : ttl * 1_000,
  };
}

export const isMob = (family: FamilySchema): boolean => isTrue(family, 'IS_MOB');

/** @throws InvalidInput for a family whose deletes and versions count by mvcc, in an order that is not kept here */
export function refuseNewVersionBehavior(family: FamilySchema, instead: string): void {
  if (!isTrue(family, 'NEW_VERSION_BEHAVIOR')) return;
  throw new InvalidInput(`table: family ${family.name} has NEW_VERSION_BEHAVIOR, which scan does not follow`, instead, {
    field: 'table',
    family: family.name,
  });
}

const isTrue = (family: FamilySchema, name: string) => attributeText(family.attributes, name)?.toLowerCase() === 'true';
