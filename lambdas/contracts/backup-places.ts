import { DestinationRefused, SourceNotConfigured } from '../../core/errors/input-errors.ts';
import { isWithin, overlaps, parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import { configuredRoot } from './configured-root.ts';

export interface ConfiguredPlaces {
  readonly roots: readonly string[];
  readonly sources: readonly string[];
  /** Places of logs besides the sources. */
  readonly logs?: readonly string[];
}

/**
 * Where a backup goes and what it reads: all configured, the root neither in the source nor around it.
 * @throws InvalidInput, RootNotConfigured, SourceNotConfigured, DestinationRefused
 */
export function backupPlaces(
  input: { readonly root: string; readonly source: string; readonly wals?: string | undefined },
  configured: ConfiguredPlaces,
): { readonly root: S3Uri; readonly source: S3Uri; readonly wals: S3Uri } {
  const root = configuredRoot(input.root, configured.roots);
  const source = parseS3Uri(input.source, 'source');
  if (!configured.sources.includes(source.uri)) {
    throw new SourceNotConfigured(
      `${source.uri} is not among the configured sources, so the functions may not read it`,
      `add "${source.uri}" to "sources" in holdfast.config.json and deploy; configured: ${configured.sources.join(', ') || 'none'}`,
      { field: 'source', source: source.uri },
    );
  }
  const wals = configuredLogs(input.wals ?? source.uri, configured);
  if (!overlaps(root, source)) return { root, source, wals };
  const how =
    root.uri === source.uri
      ? 'is the source itself'
      : isWithin(root, source)
        ? 'lies in the HBase root'
        : 'holds the HBase root';
  throw new DestinationRefused(`the backup root ${root.uri} ${how} ${source.uri}`, 'choose a backup root beside it', {
    root: root.uri,
  });
}

/** `hbase.wal.dir`: a configured source, or one of `logs`. @throws InvalidInput, SourceNotConfigured */
function configuredLogs(typed: string, { sources, logs = [] }: ConfiguredPlaces): S3Uri {
  const wals = parseS3Uri(typed, 'wals');
  const known = [...sources, ...logs];
  if (known.includes(wals.uri)) return wals;
  throw new SourceNotConfigured(
    `${wals.uri} is not among the configured places of logs, so the functions may not read it`,
    `add "${wals.uri}" to "logs" in holdfast.config.json and deploy; configured: ${known.join(', ') || 'none'}`,
    { field: 'wals', wals: wals.uri },
  );
}
