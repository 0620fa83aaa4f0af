import { randomUUID } from 'node:crypto';
import { readBody } from './read-body.ts';
import { asServiceError, type Handler, type HandlerOptions } from './service-handler.ts';

type Shape = Record<string, unknown>;

const MAX_BODY = 2 * 1024 * 1024;

/**
 * AWS's Query protocol: `Action=DescribeStacks&…` in a form, XML back. Lists and maps in the answer are told apart by
 * their value; inputs are flat members and lists (`Names.member.1=…`).
 */
export function queryHandler(namespace: string, options: HandlerOptions): Handler {
  return async (request, response) => {
    const requestId = randomUUID();
    let status = 200;
    let body: string;
    try {
      const form =
        request.method === 'GET' ? (request.url?.split('?')[1] ?? '') : String(await readBody(request, MAX_BODY));
      const { Action: action = '', ...input } = formInput(new URLSearchParams(form));
      const caller = options.callerOf(request);
      const output = await options.call(String(action), input, { caller, requestId });
      const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
      body = `<${action}Response xmlns="${namespace}">${element(`${action}Result`, output)}${metadata}</${action}Response>`;
    } catch (thrown) {
      const error = asServiceError(thrown);
      status = error.httpStatus;
      const type = status >= 500 ? 'Receiver' : 'Sender';
      const detail = { Type: type, Code: error.name, Message: error.message };
      body = `<ErrorResponse xmlns="${namespace}">${element('Error', detail)}${element('RequestId', requestId)}</ErrorResponse>`;
    }
    response.writeHead(status, {
      'content-type': 'text/xml',
      'content-length': Buffer.byteLength(body),
      'x-amzn-requestid': requestId,
    });
    response.end(body);
  };
}

function formInput(form: URLSearchParams): Shape {
  const input: Shape = {};
  for (const [name, value] of form) {
    if (name === 'Version') continue;
    const list = /^([A-Za-z]+)\.(?:member\.)?\d+$/.exec(name)?.[1];
    if (list) input[list] = [...((input[list] as string[] | undefined) ?? []), value];
    else input[name] = value;
  }
  return input;
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (found) => ESCAPES[found]!);

function element(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  return `<${name}>${content(name, value)}</${name}>`;
}

function content(name: string, value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((one) => element('member', one)).join('');
  if (typeof value !== 'object' || value === null) return escaped(String(value));
  const members = Object.entries(value);
  // The one map in the answers of these services.
  if (name === 'Attributes') {
    return members.map(([key, one]) => `<entry>${element('key', key)}${element('value', one)}</entry>`).join('');
  }
  return members.map(([key, one]) => element(key, one)).join('');
}
