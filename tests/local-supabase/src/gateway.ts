import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { ProjectKeys } from './keys.ts'

/** What stands in front of PostgREST. */
export interface Gateway {
  readonly url: string
  stop(): Promise<void>
}

const PREFIX = '/rest/v1'

/**
 * Does the few things that Supabase's gateway does: takes the prefix away, asks for the `apikey` header, and puts the
 * role's JWT in the place of a key of the newer kind.
 */
export async function startGateway({
  upstreamPort,
  keys,
}: {
  readonly upstreamPort: number
  readonly keys: ProjectKeys
}): Promise<Gateway> {
  const jwts = new Map([
    [keys.publishable, keys.anon],
    [keys.secret, keys.serviceRole],
  ])
  const server = createServer((incoming, outgoing) => {
    const { url = '/', headers } = incoming
    const { apikey } = headers
    if (url !== PREFIX && !url.startsWith(`${PREFIX}/`) && !url.startsWith(`${PREFIX}?`)) {
      answer(outgoing, 404, 'no Route matched with those values')
      return
    }
    if (typeof apikey !== 'string') {
      answer(outgoing, 401, 'No API key found in request')
      return
    }
    const bearer = headers.authorization?.replace(/^bearer /i, '') ?? apikey
    if (apikey.startsWith('sb_') && !jwts.has(apikey)) {
      answer(outgoing, 401, 'Unregistered API key')
      return
    }
    const path = url.slice(PREFIX.length)
    const token = jwts.get(bearer) ?? bearer
    pass(incoming, outgoing, { port: upstreamPort, path: path.startsWith('/') ? path : `/${path}`, token })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function answer(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }))
}

function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { port, path, token }: { readonly port: number; readonly path: string; readonly token: string },
): void {
  const headers = { ...incoming.headers, host: `127.0.0.1:${port}`, authorization: `Bearer ${token}` }
  const upstream = request({ host: '127.0.0.1', port, path, method: incoming.method, headers }, (response) => {
    outgoing.writeHead(response.statusCode ?? 502, response.headers)
    response.pipe(outgoing)
  })
  upstream.on('error', () => {
    if (outgoing.headersSent) outgoing.destroy()
    else answer(outgoing, 503, 'The upstream server is not available')
  })
  outgoing.on('close', () => upstream.destroy())
  incoming.pipe(upstream)
}
