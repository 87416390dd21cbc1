import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** How a receiver answers: with a status and headers, or never. */
export type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | 'silence'

/** A server that takes what is sent to it, and remembers it. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  /** The bodies that came, in order; `null` for one without. */
  readonly bodies: readonly unknown[]
  readonly methods: readonly string[]
}

/** Starts a receiver that gives these answers in turn, and 200 afterwards. */
export async function startReceiver(answers: readonly Answer[] = []): Promise<Receiver> {
  const bodies: unknown[] = []
  const methods: string[] = []
  const left = [...answers]
  const server = createServer((request, response) => {
    void (async () => {
      methods.push(request.method ?? '')
      bodies.push(request.method === 'GET' ? null : await json(request))
      const answer = left.shift() ?? { status: 200 }
      if (answer !== 'silence') response.writeHead(answer.status, answer.headers).end('ok')
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    bodies,
    methods,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
