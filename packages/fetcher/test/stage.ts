import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A local HTTP server that a test writes the lines for. */
export interface Stage extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly StagedRequest[]
  /** Resolves when that many requests have arrived. */
  arrived(count: number): Promise<void>
}

export interface StagedRequest {
  readonly path: string
  readonly query: URLSearchParams
  readonly cookie: string | undefined
  /** Resolves when the client is gone. */
  readonly gone: Promise<void>
}

/** An answer that is sent as it stands. */
export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Epoch ms; `null` sends no `Date` header. */
  readonly date?: number | null
}

/** What happens to a request: an answer, or whatever the function does with the socket. */
export type Act = Answer | ((request: StagedRequest, response: ServerResponse) => void)

/** Serves one act a request, the last one again and again. */
export async function stage(...acts: readonly Act[]): Promise<Stage> {
  const requests: StagedRequest[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const server = createServer((request, response) => {
    const staged = stagedRequest(request, response)
    const act = acts[Math.min(requests.length, acts.length - 1)] ?? hang
    requests.push(staged)
    if (typeof act === 'function') act(staged, response)
    else answer(response, act)
    for (const waiter of waiting) if (requests.length >= waiter.count) waiter.resolve()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    arrived(count) {
      return new Promise((resolve) => {
        if (requests.length >= count) resolve()
        else waiting.push({ count, resolve })
      })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

export function answer(response: ServerResponse, { status = 200, headers = {}, body = '', date }: Answer): void {
  response.sendDate = date !== null
  if (typeof date === 'number') response.setHeader('date', new Date(date).toUTCString())
  response.writeHead(status, { 'content-type': 'application/json;charset=utf-8', ...headers })
  response.end(body)
}

/** Says nothing, ever. */
export const hang = (): void => {}

/** Sends the head and half of a body, then nothing. */
export function stall(_: StagedRequest, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"chart":')
}

/** Hangs up in the middle of a body. */
export function hangUp(_: StagedRequest, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"chart":', () => response.destroy())
}

/** Hangs up before a word. */
export function reset(_: StagedRequest, response: ServerResponse): void {
  response.socket?.resetAndDestroy()
}

function stagedRequest(request: IncomingMessage, response: ServerResponse): StagedRequest {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const gone = new Promise<void>((resolve) => {
    response.on('close', resolve)
  })
  return { path: url.pathname, query: url.searchParams, cookie: request.headers.cookie, gone }
}
