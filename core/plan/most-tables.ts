/** Tables of one backup: all of them stand in the plan's header, the manifest's, and one transaction after the other. */
export const MOST_TABLES = 1_000;
