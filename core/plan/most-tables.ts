import { InvalidInput } from '../errors/input-errors.ts';

/** Tables of one backup: all of them stand in the plan's header, the manifest's, and one transaction after the other. */
export const MOST_TABLES = 1_000;

/** Said before any side effect. */
export const tooManyTables = (found: string): InvalidInput =>
  new InvalidInput(
    `tables: a backup has at most ${MOST_TABLES} tables, and ${found}`,
    'name the tables, and make several backups of them',
    { field: 'tables', most: MOST_TABLES },
  );
