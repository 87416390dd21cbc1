import type { ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'

import type { Clock } from '@openpredict/market'

import type { Delivery } from '../faults/respond-with-fault.ts'
import type { HttpAnswer } from './respond.ts'

const compress = promisify(gzip)
/** Shorter bodies are sent as they are. */
const WORTH_COMPRESSING = 1024
const PIECES = 20

/** How an answer is to be sent. */
export interface DeliveryOptions {
  readonly delivery: Delivery
  /** What the client accepts: the `Accept-Encoding` of its request. */
  readonly accepts: string | undefined
  /** Real time. */
  readonly timer: Clock
}

/** Sends an answer, in its way; resolves when nothing is left to send, or the client has gone. */
export async function deliver(response: ServerResponse, answer: HttpAnswer, options: DeliveryOptions): Promise<void> {
  const { delivery, accepts, timer } = options
  // The connection stays until the client gives up or the server closes.
  if (delivery.kind === 'hang') return
  const { status, headers } = answer
  const { body, encoding } = await encoded(answer.body, accepts)
  // With a date among the headers, Node does not add the machine's own; and it sends no body to HEAD.
  const head = { ...headers, ...encoding, 'content-length': body.length }
  switch (delivery.kind) {
    case 'whole':
      response.writeHead(status, head).end(body)
      return
    case 'reset':
      await breakOff(response, delivery.at === 'headers' ? undefined : { status, head, body })
      return
    case 'slow':
      response.writeHead(status, head).flushHeaders()
      await dribble(response, body, delivery.ms, timer)
  }
}

/** Whether a client takes gzip, by its `Accept-Encoding` (RFC 9110, section 12.5.3). */
export function acceptsGzip(header: string | undefined): boolean {
  const weights = new Map(
    (header ?? '').split(',').map((part): [string, number] => {
      const [coding = '', weight] = part.split(';')
      return [coding.trim().toLowerCase(), weight === undefined ? 1 : Number(weight.replace(/^\s*q=/i, ''))]
    }),
  )
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0
}

async function encoded(
  text: string,
  accepts: string | undefined,
): Promise<{ readonly body: Buffer; readonly encoding: Readonly<Record<string, string>> }> {
  const body = Buffer.from(text)
  if (body.length < WORTH_COMPRESSING || !acceptsGzip(accepts)) return { body, encoding: {} }
  // On loopback the time counts, not the bytes.
  return { body: await compress(body, { level: constants.Z_BEST_SPEED }), encoding: { 'content-encoding': 'gzip' } }
}

/** Resets the connection in the middle of the headers, or of the body of an answer. */
async function breakOff(
  response: ServerResponse,
  answer:
    | { readonly status: number; readonly head: Record<string, string | number>; readonly body: Buffer }
    | undefined,
): Promise<void> {
  const { socket } = response
  if (socket === null) return
  if (answer === undefined) await new Promise((done) => socket.write('HTTP/1.1 200 OK\r\nContent-Ty', done))
  else {
    const half = answer.body.subarray(0, answer.body.length >>> 1)
    response.writeHead(answer.status, answer.head)
    await new Promise((done) => response.write(half, done))
  }
  socket.resetAndDestroy()
}

async function dribble(response: ServerResponse, body: Buffer, ms: number, timer: Clock): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const size = Math.ceil(body.length / PIECES)
  try {
    for (let sent = 0; sent < body.length; sent += size) {
      await timer.sleep(ms / PIECES, gone.signal)
      response.write(body.subarray(sent, sent + size))
    }
    response.end()
  } catch (error) {
    if (!gone.signal.aborted) throw error
  }
}
