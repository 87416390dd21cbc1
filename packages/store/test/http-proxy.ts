import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What goes wrong with one request. */
export type HttpFault =
  /** Nothing. */
  | { readonly kind: 'none' }
  /** An answer of the proxy's own; `after`: although the server has carried the request out. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
      readonly after?: boolean
    }
  /** The connection is cut; `after`: when the server has carried the request out. */
  | { readonly kind: 'reset'; readonly after?: boolean }
  /** The server is asked, but the answer stops in the middle. */
  | { readonly kind: 'truncated' }
  /** Never an answer. */
  | { readonly kind: 'silence' }
  /** It takes so much longer. */
  | { readonly kind: 'slow'; readonly ms: number }

/** An HTTP proxy in front of a data API, with faults on demand. */
export interface HttpProxy extends AsyncDisposable {
  readonly url: string
  /** The requests that came, as `POST /rest/v1/rpc/…`, without parameters. */
  readonly seen: readonly string[]
  /** What goes wrong with the next requests, one after the other; then nothing does. */
  next(...faults: HttpFault[]): void
  /** Changes the path of every request. */
  rewrite: ((path: string) => string) | undefined
  /** What goes wrong with requests whose path matches, as long as there are faults; resolves when the first has come. */
  on(path: RegExp, ...faults: HttpFault[]): Promise<void>
}

/** Starts a proxy to a server on this machine. */
export async function startHttpProxy(target: string): Promise<HttpProxy> {
  const upstream = new URL(target)
  const seen: string[] = []
  let faults: HttpFault[] = []
  let matched: { readonly path: RegExp; readonly faults: HttpFault[]; readonly came: () => void }[] = []
  const faultOf = (path: string): HttpFault => {
    const found = matched.find((each) => each.path.test(path) && each.faults.length > 0)
    found?.came()
    return found?.faults.shift() ?? faults.shift() ?? { kind: 'none' }
  }
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/'
    seen.push(`${incoming.method} ${path.split('?')[0]}`)
    void handle(incoming, outgoing, { upstream, path: proxy.rewrite?.(path) ?? path, fault: faultOf(path) })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: HttpProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    next: (...list) => {
      faults = list
      matched = []
    },
    on: (path, ...list) => {
      const { promise, resolve: came } = Promise.withResolvers<void>()
      matched.push({ path, faults: list, came })
      return promise
    },
    rewrite: undefined,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
  return proxy
}

async function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { upstream, path, fault }: { readonly upstream: URL; readonly path: string; readonly fault: HttpFault },
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const ask = (): Promise<{ readonly answer: IncomingMessage; readonly body: Buffer }> =>
    asked(upstream, path, incoming, Buffer.concat(chunks))
  if (fault.kind === 'silence') return
  if (fault.kind === 'reset') {
    if (fault.after === true) await ask()
    outgoing.destroy()
    return
  }
  if (fault.kind === 'answer') {
    if (fault.after === true) await ask()
    outgoing.writeHead(fault.status, fault.headers).end(fault.body ?? '')
    return
  }
  if (fault.kind === 'slow') {
    await new Promise((resolve) => {
      setTimeout(resolve, fault.ms)
    })
  }
  const { answer, body } = await ask()
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
  if (fault.kind === 'truncated') {
    outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy())
  } else outgoing.end(body)
}

async function asked(
  upstream: URL,
  path: string,
  { method, headers }: IncomingMessage,
  body: Buffer,
): Promise<{ readonly answer: IncomingMessage; readonly body: Buffer }> {
  const sent = request({ host: upstream.hostname, port: upstream.port, path, method, headers }).end(body)
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return { answer, body: Buffer.concat(chunks) }
}
