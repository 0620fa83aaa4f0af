import type { TableSchema } from '../../core/hbase/table-schema.ts';
import type { S3Uri } from '../../core/s3-uri.ts';

/** The tables of an HBase root directory as they are now. Reads only, strongly consistent. */
export interface SourceTables {
  /** Descriptor of a table; undefined: there is none, the table was dropped. @throws SourceUnreadable */
  schema(source: S3Uri, table: string): Promise<TableSchema | undefined>;
}
