import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that takes requests and never answers. */
export interface SilentServer extends AsyncDisposable {
  readonly url: string
  /** How many requests have come. */
  readonly count: () => number
}

/** Starts one on this machine. */
export async function startSilentServer(): Promise<SilentServer> {
  let requests = 0
  const server = createServer(() => {
    requests++
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    count: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
