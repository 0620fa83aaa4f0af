import { createServer } from 'node:http';

// s3-stub.ts LATENCY_MS: an S3 of its own process that answers copies after a latency and counts what it was asked.
// Prints its port; `GET /_counts` answers the counts as JSON and begins anew.
const latencyMs = Number(process.argv[2]);
const stored = new Map<string, Buffer>();
let counts: Record<string, number> = {};
let version = 0;

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const EMPTY_LIST = `${XML}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated></ListBucketResult>`;
const copyAnswer = (etag: string) =>
  `${XML}<CopyObjectResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ETag>&quot;${etag}&quot;</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType></CopyObjectResult>`;

function operationOf(method: string, url: string, isCopy: boolean): string {
  if (method === 'PUT') return isCopy ? 'CopyObject' : 'PutObject';
  if (method === 'HEAD') return 'HeadObject';
  return url.includes('list-type=2') ? 'ListObjectsV2' : 'GetObject';
}

const server = createServer((request, response) => {
  const { method = '', url = '' } = request;
  if (url === '/_counts') {
    response.end(JSON.stringify(counts));
    counts = {};
    return;
  }
  const isCopy = request.headers['x-amz-copy-source'] !== undefined;
  const operation = operationOf(method, url, isCopy);
  counts[operation] = (counts[operation] ?? 0) + 1;
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const key = url.split('?')[0]!;
    const answer = () => {
      if (operation === 'CopyObject') {
        response.setHeader('x-amz-version-id', String(++version));
        response.end(copyAnswer('0'.repeat(32)));
      } else if (operation === 'ListObjectsV2') response.end(EMPTY_LIST);
      else if (operation === 'PutObject') {
        stored.set(key, Buffer.concat(pieces));
        response.setHeader('etag', '"0"');
        response.end();
      } else {
        const body = stored.get(key);
        response.statusCode = body ? 200 : 404;
        if (body) response.setHeader('etag', '"0"');
        response.end(body);
      }
    };
    setTimeout(answer, latencyMs);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
