import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createManualClock } from '@openpredict/market'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createSqliteStore } from './index.ts'

const clock = createManualClock(0)

let root = ''
/** What an ordinary user was told about each path: one process for all, as starting one is slow. */
let told: Readonly<Record<string, string>> = {}

const SCRIPT = `
  import { createManualClock } from '@openpredict/market'
  import { createSqliteStore } from '${join(import.meta.dirname, 'index.ts')}'
  const told = {}
  for (const path of process.argv.slice(1)) {
    try {
      const store = await createSqliteStore({ path, clock: createManualClock(0) })
      await store.probe()
      await store.close()
      told[path] = 'opened'
    } catch (error) {
      told[path] = error.code
    }
  }
  process.stdout.write(JSON.stringify(told))`

/** Root may write anywhere, so the process takes the rights of nobody. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** Whether that process gets as far as our code: not where root works in a folder that is closed to others. */
const CAN_RUN =
  process.platform !== 'win32' &&
  spawnSync(process.execPath, ['-e', `fs.accessSync(${JSON.stringify(import.meta.filename)})`], NOBODY).status === 0

async function fill(path: string): Promise<string> {
  const store = await createSqliteStore({ path, clock })
  await store.close()
  return path
}

function folder(name: string): string {
  const path = join(root, name)
  mkdirSync(path)
  return path
}

describe.runIf(CAN_RUN)('without the rights (skipped on Windows, and as root in a folder closed to others)', () => {
  let paths: Record<'readable' | 'unreadable' | 'inClosed' | 'inReadable' | 'deeper' | 'own', string>
  let before: Buffer

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'openpredict-rights-'))
    paths = {
      readable: await fill(join(folder('a'), 'store.sqlite')),
      unreadable: await fill(join(folder('b'), 'store.sqlite')),
      inClosed: join(folder('c'), 'store.sqlite'),
      inReadable: join(folder('d'), 'store.sqlite'),
      deeper: join(root, 'd', 'deeper', 'store.sqlite'),
      own: join(folder('e'), 'store.sqlite'),
    }
    chmodSync(paths.readable, 0o444)
    chmodSync(paths.unreadable, 0o000)
    for (const [name, mode] of Object.entries({ '': 0o755, a: 0o777, b: 0o755, c: 0o700, d: 0o555, e: 0o777 })) {
      chmodSync(join(root, name), mode)
    }
    if (process.getuid?.() !== 0) chmodSync(join(root, 'c'), 0o000)
    before = readFileSync(paths.readable)
    const args = ['--conditions=@openpredict/source', '--input-type=module', '--eval', SCRIPT, ...Object.values(paths)]
    const { stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      cwd: import.meta.dirname,
      ...NOBODY,
    })
    told = JSON.parse(stdout || JSON.stringify({ stderr })) as Record<string, string>
  }, 30_000)

  afterAll(() => {
    for (const name of ['c', 'd']) chmodSync(join(root, name), 0o755)
    rmSync(root, { recursive: true })
  })

  it('opens what it may', () => {
    expect(told).toMatchObject({ [paths.own]: 'opened' })
  })

  it('refuses a folder that cannot be written, and makes nothing', () => {
    expect(told).toMatchObject({ [paths.inReadable]: 'no-permission', [paths.deeper]: 'no-permission' })
    expect(readdirSync(join(root, 'd'))).toEqual([])
  })

  it('refuses a folder that cannot be entered', () => {
    expect(told).toMatchObject({ [paths.inClosed]: 'no-permission' })
  })

  it('refuses a file that cannot be written, and leaves it as it is', () => {
    expect(told).toMatchObject({ [paths.readable]: 'read-only' })
    expect(readFileSync(paths.readable).equals(before)).toBe(true)
  })

  it('refuses a file that cannot be read', () => {
    expect(told).toMatchObject({ [paths.unreadable]: 'no-permission' })
  })
})
