import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

import type { Direction, Fault } from './fault.ts'
import { FaultyPipe, type PipeFaults } from './faulty-pipe.ts'

/** What has gone through a proxy. */
export interface ProxyCounts {
  /** Connections that were made. */
  readonly connections: number
  /** Those of them that are open. */
  readonly open: number
  /** Those that the proxy has cut. */
  readonly cut: number
  /** Bytes that were passed on, by who sent them. */
  readonly bytes: Readonly<Record<Direction, number>>
}

/** A TCP proxy on this machine between a client and a server, with faults on demand. */
export interface FaultProxy extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly counts: ProxyCounts
  /** A URL of the server, as one that leads through the proxy. */
  through(url: string): string
  /** Sets what goes wrong from now on, for open connections as for new ones; resolves when it does. */
  set(fault: Fault): Promise<void>
  /** Cuts all connections that are open. */
  cut(): void
  /** Cuts all connections and takes no more. */
  stop(): Promise<void>
}

/** Starts a proxy to a server, which needs not be there yet. */
export async function startFaultProxy(target: { readonly host: string; readonly port: number }): Promise<FaultProxy> {
  const pipes = new Set<FaultyPipe>()
  const counts = { connections: 0, cut: 0, bytes: { client: 0, server: 0 } }
  let fault: Fault = { kind: 'none' }
  /** Resolves when what is held back may go on. */
  let held = Promise.withResolvers<void>()
  const faults: PipeFaults = {
    get current() {
      return fault
    },
    over: () => {
      fault = { kind: 'none' }
    },
    released: () => held.promise,
    passed: (direction, bytes) => {
      counts.bytes[direction] += bytes
    },
    wasCut: () => {
      counts.cut++
    },
  }
  const accept = (client: Socket): void => {
    counts.connections++
    const pipe = new FaultyPipe(client, connect({ ...target, allowHalfOpen: true, noDelay: true }), faults)
    pipes.add(pipe)
    void pipe.closed.then(() => pipes.delete(pipe))
  }
  let server = await listening(accept, 0)
  const { port } = server.address() as AddressInfo
  const cut = (): void => {
    for (const pipe of pipes) pipe.cut()
  }
  const stop = async (): Promise<void> => {
    cut()
    held.resolve()
    await Promise.all([closed(server), ...Array.from(pipes, (pipe) => pipe.closed)])
  }
  return {
    host: '127.0.0.1',
    port,
    get counts() {
      return { ...counts, bytes: { ...counts.bytes }, open: pipes.size }
    },
    through: (url) => {
      const changed = new URL(url)
      changed.hostname = '127.0.0.1'
      changed.port = String(port)
      return changed.toString()
    },
    set: async (next) => {
      // A new object: what was counted under the one before does not count.
      fault = { ...next }
      if (next.kind !== 'silent') {
        held.resolve()
        held = Promise.withResolvers()
      }
      if (next.kind === 'refused') stopListening(server)
      else if (!server.listening) server = await listening(accept, port)
    },
    cut,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function listening(accept: (client: Socket) => void, port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Lets nobody in any more; does not wait for those who are. */
function stopListening(server: Server): void {
  if (server.listening) server.close()
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return
  const over = once(server, 'close')
  server.close()
  await over
}
