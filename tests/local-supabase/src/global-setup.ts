import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { TestProject } from 'vitest/node'

import { type Started, startSupervisor } from './start.ts'

let started: Promise<Started> | undefined

/**
 * For vitest's `globalSetup`: one server for the whole run, started when the first test asks for it. A run that needs
 * none pays for a socket.
 */
export async function setup({ provide }: Pick<TestProject, 'provide'>): Promise<void> {
  const door = createServer((_, response) => {
    started ??= startSupervisor()
    started.then(
      ({ control }) => response.end(JSON.stringify(control)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  }).listen(0, '127.0.0.1')
  await once(door, 'listening')
  door.unref()
  provide('localSupabase', `http://127.0.0.1:${(door.address() as AddressInfo).port}`)
}

/** Ends the server if there is one. */
export async function teardown(): Promise<void> {
  const server = await started?.catch(() => undefined)
  await server?.stop()
  started = undefined
}
