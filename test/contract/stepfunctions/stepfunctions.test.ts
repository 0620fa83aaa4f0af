import { EmbeddedCloud } from './embedded-cloud.ts';
import { stepfunctionsConformance } from './stepfunctions-conformance.ts';

stepfunctionsConformance('embedded, in process', async () => new EmbeddedCloud());
stepfunctionsConformance('embedded, over HTTP', EmbeddedCloud.overHttp);
