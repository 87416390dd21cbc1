import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { talkativeBody } from './secrets.ts'

/** A server that refuses everything and tells more than it should. */
export interface TalkativeServer extends AsyncDisposable {
  readonly port: number
}

/** Starts one on this machine, which answers with `status`, its own idea of Yahoo's errors where Yahoo is asked. */
export async function startTalkativeServer(status: number): Promise<TalkativeServer> {
  const server = createServer(({ headers, url = '' }, response) => {
    const body = talkativeBody(headers)
    const isYahoo = url.includes('/finance/chart/')
    const error = { code: 'Internal', description: body }
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(isYahoo ? JSON.stringify({ chart: { result: null, error } }) : body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
