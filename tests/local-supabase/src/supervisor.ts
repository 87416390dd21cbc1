// Runs one server and its data APIs for another program, and ends when that program ends in whatever way: the pipe on
// its standard input closes. Says on standard output, in one line of JSON, where it takes orders.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

import { findBinaries } from './binaries.ts'
import { Children } from './children.ts'
import { type DataApi, startDataApi } from './data-api.ts'
import type { Order } from './orders.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { makeRunFolder } from './run-folder.ts'

const ended = once(process.stdin.resume(), 'end')
// A terminal's Ctrl-C reaches the whole group; the end of the pipe says when it is time.
process.on('SIGINT', () => {})

const binaries = findBinaries()
if (binaries === undefined) throw new Error('no PostgreSQL is installed for this platform')
const programs = binaries
const folder = makeRunFolder()
const password = randomBytes(24).toString('hex')
const token = randomBytes(24).toString('hex')
const children = new Children()
const apis = new Map<string, DataApi>()
/** A server of one's own, which may be killed and started again. */
const lasting = process.argv.includes('--lasting')
const plain = process.argv.includes('--plain')
let running: PostgresServer | undefined
let count = 0

try {
  // Whatever runs by then is ended below, also in the midst of starting.
  const starting = startPostgres(programs, { children, folder, password, lasting, plain })
  running = await Promise.race([starting, ended.then(() => undefined)])
  if (running !== undefined) await takeOrders(running)
} finally {
  const stops = await Promise.allSettled([...Array.from(apis.values(), (api) => api.stop()), running?.stop()])
  await children.end()
  // A program's own children may take a moment longer to let go of their files.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  for (const stop of stops) if (stop.status === 'rejected') process.stderr.write(`${String(stop.reason)}\n`)
}

/** Does what it is told until the owner is gone. */
async function takeOrders(server: PostgresServer): Promise<void> {
  const listener: RequestListener = (request, response) => {
    const say = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (request.headers.authorization !== `Bearer ${token}`) return say(403, { error: 'not yours' })
    carryOut(server, request).then(
      (body) => say(200, body),
      (error: unknown) => say(500, { error: error instanceof Error ? error.message : String(error) }),
    )
  }
  const control = createServer(listener).listen(0, '127.0.0.1')
  await once(control, 'listening')
  const { port } = control.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ control: `http://127.0.0.1:${port}`, token, pid: process.pid })}\n`)
  await ended
  control.closeAllConnections()
  control.close()
}

async function carryOut(server: PostgresServer, request: IncomingMessage): Promise<object> {
  const order = (await json(request)) as Order
  switch (order.do) {
    case 'create database': {
      const name = `test_${++count}`
      await server.query('postgres', `create database ${name} owner postgres template ${order.template ?? 'template1'}`)
      const url = `postgres://postgres:${password}@127.0.0.1:${server.port}/${name}`
      return { name, url, adminUrl: url.replace('//postgres:', '//supabase_admin:') }
    }
    case 'drop database': {
      const api = apis.get(order.name)
      apis.delete(order.name)
      await api?.stop()
      await server.query('postgres', `drop database if exists ${order.name} with (force)`)
      return {}
    }
    case 'start data API': {
      if (programs.postgrest === undefined) throw new Error('no PostgREST is installed for this platform')
      const api = await startDataApi(programs.postgrest, { children, server, database: order.name, folder })
      apis.set(order.name, api)
      const { url, keys, jwtSecret } = api
      return { url, keys, jwtSecret }
    }
    case 'kill server':
    case 'start server':
      if (!lasting) throw new Error('others are using it')
      await (order.do === 'kill server' ? server.kill() : server.start())
      return {}
    default:
      throw new Error('no such order')
  }
}
