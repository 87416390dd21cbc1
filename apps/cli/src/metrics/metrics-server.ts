import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { Registry } from 'prom-client'

import { UsageError } from '../usage-error.ts'
import type { Liveness } from './liveness.ts'

/** What is served, and where. */
export interface MetricsServerOptions {
  readonly port: number
  readonly host: string
  readonly registry: Registry
  readonly liveness: () => Liveness
}

/** A server that answers until it is disposed of. */
export interface MetricsServer extends AsyncDisposable {
  /** Its address, such as `http://127.0.0.1:9464`. */
  readonly url: string
}

/** Serves `/metrics` for Prometheus and `/healthz` for whoever restarts what is not well. Throws a `UsageError` for an address that cannot be had. */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { port, host } = options
  const server = createServer((request, response) => {
    void answer(options, request, response).catch(() => response.writeHead(500).end('The metrics could not be read.\n'))
  })
  // A client that is slow, or says nothing, keeps no connection for long.
  server.requestTimeout = 5_000
  server.headersTimeout = 5_000
  server.keepAliveTimeout = 5_000
  await listen(server, port, host)
  // Nothing but its own work keeps the process running.
  server.unref()
  const { address, port: bound, family } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await Promise.resolve()
    },
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  try {
    server.listen({ port, host, exclusive: true })
    await once(server, 'listening')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    const reason =
      code === 'EADDRINUSE'
        ? 'something else listens there already'
        : code === 'EACCES'
          ? 'this user may not listen there'
          : `it is not to be had on this machine (${code})`
    throw new UsageError(
      `--metrics-port ${port} on ${host}: ${reason}.`,
      'Give another port with --metrics-port (0 for any free one), or another address of this machine with --metrics-host.',
    )
  }
}

async function answer(
  { registry, liveness }: MetricsServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').replace(/\?.*$/, '')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  if (path === '/metrics') {
    const text = await registry.metrics()
    response.writeHead(200, { 'content-type': registry.contentType }).end(text)
  } else if (path === '/healthz') {
    const state = liveness()
    response
      .writeHead(state.ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(`${JSON.stringify(state)}\n`)
  } else {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Here are /metrics and /healthz.\n')
  }
}
