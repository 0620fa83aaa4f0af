'use strict';
// The Lambda runtime of one sandbox, run by process-runner.ts in a child process. Requests come on fd 3, answers go to
// fd 4, both as 4 bytes of length and JSON. Between invocations the process waits inside a blocking read: its event
// loop stands still, so whatever a handler left in flight is frozen with it, as on AWS, and it ends with its parent.
const fs = require('node:fs');
const nodeModule = require('node:module');
const net = require('node:net');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

// What nearly every bundle with an AWS client loads; here it costs nobody's cold start.
for (const name of [
  'https',
  'http2',
  'crypto',
  'zlib',
  'stream',
  'fs/promises',
  'os',
  'child_process',
  'async_hooks',
]) {
  require(`node:${name}`);
}

const pause = new Int32Array(new SharedArrayBuffer(4));

function readExactly(length) {
  const bytes = Buffer.alloc(length);
  let at = 0;
  while (at < length) {
    try {
      const read = fs.readSync(3, bytes, at, length - at, null);
      if (read === 0) return undefined;
      at += read;
    } catch (error) {
      if (error.code !== 'EAGAIN') return undefined;
      Atomics.wait(pause, 0, 0, 5);
    }
  }
  return bytes;
}

function receive() {
  const header = readExactly(4);
  const body = header && readExactly(header.readUInt32BE());
  // The parent is gone.
  if (!body) process.exit(0);
  return JSON.parse(body.toString());
}

function send(message) {
  const body = Buffer.from(JSON.stringify(message));
  const bytes = Buffer.alloc(4 + body.length);
  bytes.writeUInt32BE(body.length);
  body.copy(bytes, 4);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += fs.writeSync(4, bytes, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') process.exit(1);
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

/** The shape in which the Node runtime of Lambda reports what a handler threw. */
function describe(error) {
  if (error instanceof Error || (error && typeof error === 'object' && 'stack' in error && 'message' in error)) {
    return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

async function load({ env, codeDir, handler, compileCache }) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(codeDir);
  if (compileCache) nodeModule.enableCompileCache(compileCache);
  const dot = handler.lastIndexOf('.');
  const [file, exported] = [handler.slice(0, dot), handler.slice(dot + 1)];
  const found = ['.js', '.cjs', '.mjs']
    .map((end) => path.join(codeDir, file + end))
    .find((name) => fs.existsSync(name));
  if (!found) {
    throw Object.assign(new Error(`Cannot find module '${file}'`), { name: 'Runtime.ImportModuleError' });
  }
  const module = found.endsWith('.mjs')
    ? await import(pathToFileURL(found).href)
    : nodeModule.createRequire(found)(found);
  if (typeof module[exported] !== 'function') {
    throw Object.assign(new Error(`${handler} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
  }
  return module[exported];
}

let handler;
let compileCache;

async function serve(request) {
  if (request.type === 'load') {
    compileCache = request.compileCache;
    handler = await load(request);
    return { loaded: true };
  }
  const { event, deadline, ...context } = request;
  const result = await handler(event, {
    ...context,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  });
  return { payload: JSON.stringify(result) ?? 'null' };
}

async function run() {
  for (;;) {
    const request = receive();
    let answer;
    try {
      answer = await serve(request);
    } catch (error) {
      answer = { error: describe(error) };
    }
    send(answer);
    // The process will be killed, never end by itself: what the cache learnt is written now.
    if (compileCache && request.type !== 'load') {
      compileCache = undefined;
      nodeModule.flushCompileCache();
    }
  }
}

// The parent never writes here; when it goes away, a handler at work ends too.
const parent = new net.Socket({ fd: 4, readable: true, writable: false });
parent.on('error', () => {});
parent.on('close', () => process.exit(1));
parent.resume();
parent.unref();

process.on('uncaughtException', (error) => {
  send({ error: describe(error), exit: true });
  process.exit(1);
});
process.on('unhandledRejection', (reason) => {
  const { errorMessage, trace } = describe(reason);
  send({ error: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage, trace }, exit: true });
  process.exit(1);
});
// Nothing is left that could settle the handler's promise.
process.on('beforeExit', () => {
  send({ payload: 'null' });
  run();
});
run();
