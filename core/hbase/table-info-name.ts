const NAME = /^\.tableinfo(?:\.(\d{10})(?:\.(\d{1,15}))?)?$/;

/** A file in `.tabledesc/`: `.tableinfo.<sequence>` up to 2.4, `.tableinfo.<sequence>.<bytes>` since. */
export interface TableInfoName {
  readonly name: string;
  readonly sequence: number;
  /** With fewer bytes than this it was being written: the one before it holds. */
  readonly leastBytes?: number;
}

/** The descriptors among the names of a `.tabledesc/`, newest first (FSTableDescriptors); other names are left out. */
export function tableInfosNewestFirst(names: Iterable<string>): TableInfoName[] {
  const found: TableInfoName[] = [];
  for (const name of names) {
    const match = NAME.exec(name);
    if (match === null) continue;
    const [, sequence = '0', bytes] = match;
    found.push({ name, sequence: Number(sequence), ...(bytes === undefined ? {} : { leastBytes: Number(bytes) }) });
  }
  return found.sort((a, b) => b.sequence - a.sequence || (a.name < b.name ? 1 : -1));
}
