// Runs one server and its data APIs for another program, and ends when that program ends in whatever way: the pipe on
// its standard input closes. Says on standard output, in one line of JSON, where it takes orders.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

import { findBinaries } from './binaries.ts'
import { type DataApi, startDataApi } from './data-api.ts'
import type { Order } from './orders.ts'
import { startPostgres } from './postgres-server.ts'
import { makeRunFolder } from './run-folder.ts'

const ended = once(process.stdin.resume(), 'end')
// A terminal's Ctrl-C reaches the whole group; the end of the pipe says when it is time.
process.on('SIGINT', () => {})

const binaries = findBinaries()
if (binaries === undefined) throw new Error('no PostgreSQL is installed for this platform')
const folder = makeRunFolder()
const password = randomBytes(24).toString('hex')
const token = randomBytes(24).toString('hex')
const apis = new Map<string, DataApi>()
let count = 0
const server = await startPostgres(binaries, folder, password)

const control = createServer((request, response) => {
  const say = (status: number, body: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  if (request.headers.authorization !== `Bearer ${token}`) return say(403, { error: 'not yours' })
  carryOut(request).then(
    (body) => say(200, body),
    (error: unknown) => say(500, { error: error instanceof Error ? error.message : String(error) }),
  )
}).listen(0, '127.0.0.1')
await once(control, 'listening')
const { port } = control.address() as AddressInfo
process.stdout.write(`${JSON.stringify({ control: `http://127.0.0.1:${port}`, token, pid: process.pid })}\n`)

await ended
control.closeAllConnections()
control.close()
for (const api of apis.values()) await api.stop()
await server.stop()
rmSync(folder, { recursive: true, force: true })

async function carryOut(request: IncomingMessage): Promise<object> {
  const order = (await json(request)) as Order
  switch (order.do) {
    case 'create database': {
      const name = `test_${++count}`
      await server.query('postgres', `create database ${name} owner postgres template ${order.template ?? 'template1'}`)
      const url = `postgres://postgres:${password}@127.0.0.1:${server.port}/${name}`
      return { name, url, adminUrl: url.replace('//postgres:', '//supabase_admin:') }
    }
    case 'drop database': {
      await apis.get(order.name)?.stop()
      apis.delete(order.name)
      await server.query('postgres', `drop database if exists ${order.name} with (force)`)
      return {}
    }
    case 'start data API': {
      if (binaries?.postgrest === undefined) throw new Error('no PostgREST is installed for this platform')
      const api = await startDataApi(binaries.postgrest, { server, database: order.name, folder })
      apis.set(order.name, api)
      const { url, keys, jwtSecret } = api
      return { url, keys, jwtSecret }
    }
    default:
      throw new Error('no such order')
  }
}
