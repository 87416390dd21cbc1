import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

import { describe, expect, it } from 'vitest'

import { Workplace } from './run-cli.ts'
import { PLANTED, plantedIn } from './secrets.ts'
import { startTalkativeServer } from './talkative-server.ts'

/** A folder in whose node_modules the real package is: it is too large to be installed for these tests alone. */
const REAL = process.env['OPENPREDICT_SENTRY_FOLDER'] ?? ''

/** As much of the package as is used: sends what it is given to the address that the DSN names. */
const STAND_IN = `
let dsn, beforeSend, sent = []
export const init = (options) => { dsn = new URL(options.dsn); beforeSend = options.beforeSend }
export const captureEvent = (event) => {
  const body = [{}, { type: 'event' }, beforeSend(event)].map((part) => JSON.stringify(part)).join('\\n')
  sent.push(fetch(dsn.origin + '/api' + dsn.pathname + '/envelope/', { method: 'POST', body }))
}
export const close = () => Promise.all(sent)
`

/** What stands for Sentry: keeps the events that it gets. */
async function startSentry(): Promise<AsyncDisposable & { readonly dsn: string; readonly bodies: string[] }> {
  const bodies: string[] = []
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request)
    const isZipped = request.headers['content-encoding'] === 'gzip'
    bodies.push((isZipped ? gunzipSync(body) : body).toString())
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }
  const server = createServer((request, response) => void take(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    dsn: `http://${PLANTED.sentryKey}@127.0.0.1:${(server.address() as AddressInfo).port}/1`,
    bodies,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The events in what was sent. */
function eventsIn(bodies: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
  return bodies.flatMap((body) => {
    const parts = body
      .split('\n')
      .filter((part) => part !== '')
      .map((part) => JSON.parse(part) as Record<string, unknown>)
    return parts.filter((_, i) => parts[i - 1]?.['type'] === 'event')
  })
}

function install(workplace: Workplace, which: 'stand-in' | 'real'): void {
  mkdirSync(workplace.path('node_modules'))
  if (which === 'real') {
    symlinkSync(join(REAL, 'node_modules', '@sentry'), workplace.path('node_modules', '@sentry'))
    return
  }
  const folder = workplace.path('node_modules', '@sentry', 'node')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: '@sentry/node', type: 'module', main: 'index.js' }),
  )
  writeFileSync(join(folder, 'index.js'), STAND_IN)
}

describe.each([
  ['stand-in', true],
  ['real', existsSync(join(REAL, 'node_modules', '@sentry', 'node'))],
] as const)('with SENTRY_DSN and the %s package', (which, isThere) => {
  it.skipIf(!isThere)('reports a failed cycle with category and code, once, and no secret', async () => {
    using workplace = new Workplace()
    install(workplace, which)
    await using sentry = await startSentry()
    await using server = await startTalkativeServer(500)
    const env = {
      SENTRY_DSN: sentry.dsn,
      OPENPREDICT_YAHOO_URL: `http://me:${PLANTED.yahooPassword}@127.0.0.1:${server.port}/?crumb=${PLANTED.crumb}`,
      OPENPREDICT_STORE: 'sqlite:rows.sqlite',
      SUPABASE_KEY: PLANTED.secretKey,
      LOG_COMPONENT: 'agent-7',
    }
    const { code, stdout, stderr } = await workplace.run(
      ['run-loop', '--symbol', 'BTC-USD', '--cycles', '2', '--interval', '1'],
      env,
    )
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    const events = eventsIn(sentry.bodies)
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      level: 'error',
      tags: { component: 'agent-7', operation: 'fetch', category: 'network' },
      extra: { instrument: 'BTC-USD', cycle: 1 },
    })
    // The envelope's head names the project's address with its public key, as the protocol wants.
    expect(plantedIn(JSON.stringify(events))).toEqual([])
    expect(plantedIn(stdout)).toEqual([])
  })

  it.skipIf(!isThere)('reports a store that cannot be opened', async () => {
    using workplace = new Workplace()
    install(workplace, which)
    await using sentry = await startSentry()
    await using server = await startTalkativeServer(401)
    const env = {
      SENTRY_DSN: sentry.dsn,
      SUPABASE_URL: `http://127.0.0.1:${server.port}`,
      SUPABASE_KEY: PLANTED.serviceKey,
    }
    const { code } = await workplace.run(['run-once'], env)
    expect(code).toBe(4)
    const events = eventsIn(sentry.bodies)
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({ tags: { operation: 'start', category: 'database' } })
    expect(plantedIn(JSON.stringify(events))).toEqual([])
  })

  it.skipIf(!isThere)('is held up by no Sentry that is away', async () => {
    using workplace = new Workplace()
    install(workplace, which)
    await using server = await startTalkativeServer(500)
    const env = {
      SENTRY_DSN: `http://${PLANTED.sentryKey}@127.0.0.1:9/1`,
      OPENPREDICT_YAHOO_URL: `http://127.0.0.1:${server.port}`,
    }
    const { code, signal } = await workplace.run(['run-once'], env)
    expect({ code, signal }).toEqual({ code: 3, signal: null })
  })
})

it('says what to install where SENTRY_DSN is set and the package is missing', async () => {
  using workplace = new Workplace()
  const { code, stderr } = await workplace.run(['run-once'], { SENTRY_DSN: 'https://key@sentry.example/1' })
  expect(code).toBe(2)
  expect(stderr).toMatch(/SENTRY_DSN is set, and @sentry\/node is not installed\./)
  expect(stderr).toMatch(/npm install @sentry\/node/)
})
