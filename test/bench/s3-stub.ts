import { createServer } from 'node:http';

// s3-stub.ts LATENCY_MS [OBJECTS]: an S3 of its own process that answers copies after a latency and counts what it was
// asked. So many objects of 64 KiB lie in the bucket `hbase`, for clients that list before they copy.
// Prints its port; `GET /_counts` answers the counts as JSON and begins anew.
const latencyMs = Number(process.argv[2]);
const objects = Number(process.argv[3] ?? 0);
const SIZE = 65_536;
const stored = new Map<string, Buffer>();
let counts: Record<string, number> = {};
let version = 0;

const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const EMPTY_LIST = `${XML}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated></ListBucketResult>`;
const copyAnswer = (etag: string) =>
  `${XML}<CopyObjectResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ETag>&quot;${etag}&quot;</ETag><LastModified>2026-01-01T00:00:00.000Z</LastModified><ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType></CopyObjectResult>`;

const keyOf = (index: number) => `root/f/${String(index).padStart(32, '0')}`;

/** A page of at most 1,000 of the bucket's objects; the token is the index of the next. */
function page(url: string): string {
  const query = new URL(url, 'http://stub').searchParams;
  const isSource = url.startsWith('/hbase');
  const prefix = query.get('prefix') ?? '';
  if (!isSource || objects === 0 || !'root/f/'.startsWith(prefix)) return EMPTY_LIST;
  if (query.get('delimiter') && prefix !== 'root/f/') {
    const folder = prefix === '' ? 'root/' : 'root/f/';
    return EMPTY_LIST.replace(
      '</IsTruncated>',
      `</IsTruncated><CommonPrefixes><Prefix>${folder}</Prefix></CommonPrefixes>`,
    );
  }
  const from = Number(query.get('continuation-token') ?? 0);
  const to = Math.min(objects, from + 1_000);
  let contents = '';
  for (let i = from; i < to; i++) {
    contents += `<Contents><Key>${keyOf(i)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;${'0'.repeat(32)}&quot;</ETag><Size>${SIZE}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  }
  const more =
    to < objects
      ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${to}</NextContinuationToken>`
      : '<IsTruncated>false</IsTruncated>';
  return EMPTY_LIST.replace('<IsTruncated>false</IsTruncated>', `${more}<KeyCount>${to - from}</KeyCount>${contents}`);
}

const copied = new Set<string>();

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
        copied.add(key);
        response.setHeader('x-amz-version-id', String(++version));
        response.end(copyAnswer('0'.repeat(32)));
      } else if (operation === 'ListObjectsV2') {
        response.setHeader('content-type', 'application/xml');
        response.end(page(url));
      } else if (operation === 'HeadObject' && objects > 0) {
        const isThere = copied.has(key) || key.startsWith('/hbase/root/f/');
        response.statusCode = isThere ? 200 : 404;
        if (isThere) {
          response.setHeader('etag', `"${'0'.repeat(32)}"`);
          response.setHeader('content-length', String(SIZE));
          response.setHeader('last-modified', 'Thu, 01 Jan 2026 00:00:00 GMT');
        }
        response.end();
      } else if (operation === 'PutObject') {
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
