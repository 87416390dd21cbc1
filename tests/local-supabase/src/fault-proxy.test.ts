import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'

let server: Server
let proxy: FaultProxy
/** What has reached the server. */
let received = ''
const clients: Socket[] = []
let peers: Socket[] = []

/** A server that says everything back. */
beforeEach(async () => {
  received = ''
  peers = []
  server = createServer((socket) => {
    peers.push(socket)
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString()
      socket.write(chunk)
    })
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await startFaultProxy({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
})
afterEach(async () => {
  for (const socket of clients.splice(0)) socket.destroy()
  await proxy.stop()
  server.close()
})

async function client(): Promise<Socket> {
  const socket = connect(proxy.port, proxy.host)
  clients.push(socket)
  await once(socket, 'connect')
  return socket
}

/** Sends a text and waits until it has come back, or the connection has ended; what came. */
async function echoed(socket: Socket, text: string, of = text): Promise<string> {
  let got = ''
  const done = new Promise<void>((resolve) => {
    const look = (chunk: Buffer): void => {
      got += chunk.toString()
      if (got.length >= of.length) resolve()
    }
    socket.on('data', look)
    socket.once('close', () => resolve())
    socket.once('error', () => resolve())
  })
  socket.write(text)
  await done
  return got
}

describe('a proxy', () => {
  it('passes everything on, both ways, and counts it', async () => {
    const long = 'x'.repeat(1_000_000)
    expect(await echoed(await client(), long)).toBe(long)
    expect(proxy.counts).toEqual({ connections: 1, open: 1, cut: 0, bytes: { client: 1_000_000, server: 1_000_000 } })
  })

  it('tells each side when the other has ended', async () => {
    const socket = await client()
    await echoed(socket, 'a')
    const [peer] = peers
    const gone = once(peer ?? socket, 'close')
    socket.end()
    expect(await gone).toEqual([false])
    const other = await client()
    await echoed(other, 'b')
    peers[1]?.end()
    expect(await once(other, 'close')).toEqual([false])
  })

  it('lets nobody in while it refuses, keeps who is in, and lets in again', async () => {
    const open = await client()
    await echoed(open, 'a')
    await proxy.set({ kind: 'refused' })
    await expect(client()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(await echoed(open, 'b')).toBe('b')
    await proxy.set({ kind: 'none' })
    expect(await echoed(await client(), 'c')).toBe('c')
  })

  it('cuts who is in', async () => {
    const socket = await client()
    await echoed(socket, 'a')
    const error = once(socket, 'error')
    proxy.cut()
    expect(await error).toEqual([expect.objectContaining({ code: 'ECONNRESET' })])
    expect(proxy.counts).toMatchObject({ cut: 1 })
    expect(await echoed(await client(), 'b')).toBe('b')
  })

  it('cuts after so many bytes from the client, once', async () => {
    await proxy.set({ kind: 'cut', after: 4, from: 'client' })
    const socket = await client()
    await echoed(socket, 'abc')
    await echoed(socket, 'def')
    const next = await client()
    expect(await echoed(next, 'ghijkl')).toBe('ghijkl')
    expect(received).toBe('abcdghijkl')
  })

  it('cuts after so many bytes from the server, once', async () => {
    const socket = await client()
    await echoed(socket, 'abc')
    await proxy.set({ kind: 'cut', after: 2, from: 'server' })
    expect((await echoed(socket, 'defg')).length).toBeLessThanOrEqual(2)
    expect(await echoed(await client(), 'hij')).toBe('hij')
    expect(received).toBe('abcdefghij')
  })

  it('lets a text through to the server but not its answer back, once, also when it comes in pieces', async () => {
    const socket = await client()
    await proxy.set({ kind: 'unanswered', to: 'COMMIT' })
    expect(await echoed(socket, 'BEGIN; COM')).toBe('BEGIN; COM')
    expect(await echoed(socket, 'MIT;')).toBe('')
    expect(socket.destroyed).toBe(true)
    expect(received).toBe('BEGIN; COMMIT;')
    expect(await echoed(await client(), 'COMMIT')).toBe('COMMIT')
  })

  it('holds everything back while it is silent, in order', async () => {
    const socket = await client()
    await echoed(socket, 'a')
    await proxy.set({ kind: 'silent' })
    const answer = echoed(socket, 'bc')
    const other = connect(proxy.port, proxy.host)
    clients.push(other)
    await once(other, 'connect')
    expect(received).toBe('a')
    await proxy.set({ kind: 'none' })
    expect(await answer).toBe('bc')
  })

  it('is cut and stopped while it is silent', async () => {
    const socket = await client()
    await proxy.set({ kind: 'silent' })
    socket.write('a')
    const error = once(socket, 'error')
    await proxy.stop()
    expect(await error).toEqual([expect.objectContaining({ code: 'ECONNRESET' })])
    expect(received).toBe('')
  })

  it('takes so much longer when it is slow, and keeps the order', async () => {
    const socket = await client()
    await proxy.set({ kind: 'slow', ms: 40 })
    const started = performance.now()
    const answer = echoed(socket, 'a', 'ab')
    socket.write('b')
    expect(await answer).toBe('ab')
    expect(performance.now() - started).toBeGreaterThanOrEqual(79)
  })

  it('ends a connection to a server that is not there', async () => {
    server.close()
    await once(server, 'close')
    const socket = connect(proxy.port, proxy.host)
    clients.push(socket)
    socket.on('error', () => {})
    await once(socket, 'close')
    expect(proxy.counts.open).toBe(0)
  })

  it('leads HTTP through, and keeps the rest of a URL', async () => {
    const http = createHttpServer((request, response) => response.end(request.url)).listen(0, '127.0.0.1')
    await once(http, 'listening')
    const { port } = http.address() as AddressInfo
    await using way = await startFaultProxy({ host: '127.0.0.1', port })
    const url = way.through(`http://localhost:${port}/rest/v1?a=1`)
    expect(await (await fetch(url)).text()).toBe('/rest/v1?a=1')
    await way.set({ kind: 'unanswered', to: 'GET /rest/v1' })
    await expect(fetch(url)).rejects.toThrow(/fetch failed/)
    expect(await (await fetch(url)).text()).toBe('/rest/v1?a=1')
    expect(way.through('postgres://me:p%40@db:5432/market')).toBe(`postgres://me:p%40@127.0.0.1:${way.port}/market`)
    http.closeAllConnections()
    http.close()
  })
})
