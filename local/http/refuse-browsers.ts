import type { IncomingMessage, ServerResponse } from 'node:http';

/** Loopback, and S3's virtual hosts, which nobody else can point to this machine. */
const HOST = /^(?:127\.0\.0\.1|\[::1\]|(?:[^/:@]+\.)?localhost|[^/:@]+\.amazonaws\.com(?:\.cn)?)(?::\d+)?$/i;

/**
 * Signatures are not verified, so that any page in a browser of this machine could delete and invoke as the operator:
 * by a request to another origin (which has `Origin` or `Sec-Fetch-Site`), or by a name of its own that leads to
 * 127.0.0.1. Clients of AWS send neither. True if the request was refused.
 */
export function refuseBrowsers(
  request: Pick<IncomingMessage, 'headers' | 'resume'>,
  response: Pick<ServerResponse, 'writeHead' | 'end'>,
): boolean {
  const { host, origin, 'sec-fetch-site': site } = request.headers;
  if (origin === undefined && site === undefined && HOST.test(host ?? '')) return false;
  request.resume();
  response.writeHead(403, { 'content-type': 'text/plain', connection: 'close' });
  response.end('not for browsers, and under no name but 127.0.0.1 or localhost');
  return true;
}
