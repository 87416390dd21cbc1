import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

import { describe, expect, it } from 'vitest'

import { Workplace } from '../../e2e/run-cli.ts'

const MAIN = join(import.meta.dirname, 'main.ts')
const NODE = ['--conditions=@openpredict/source', '--disable-warning=ExperimentalWarning', '--', MAIN]

async function refused(args: readonly string[]): Promise<{ readonly code: unknown; readonly stderr: string }> {
  const child = spawn(process.execPath, [...NODE, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code, stderr }
}

describe('npm run soak', () => {
  it.each([
    [['--hours', '0'], /--hours "0": expected a number from 1 to 672/],
    [['--speed', '1000'], /--speed "1000": expected a number from 1 to 400/],
    [['--hour', '2'], /--hour/],
  ])('refuses %j with exit code 2 and says what it takes', async (args, message) => {
    const { code, stderr } = await refused(args)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/npm run soak -- \[--hours H\]/)
  })

  it('does not begin in a folder in which something is', async () => {
    using workplace = new Workplace()
    writeFileSync(workplace.path('mine'), '')
    expect(await refused(['--out', workplace.folder])).toMatchObject({ code: 2 })
  })

  it.runIf(existsSync('/proc/self/task'))('leaves no process behind when it is stopped', async () => {
    using workplace = new Workplace()
    const args = ['--hours', '1', '--out', workplace.path('soak')]
    const soak = spawn(process.execPath, [...NODE, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
    const closed = once(soak, 'close')
    for await (const line of createInterface({ input: soak.stdout })) if (line.endsWith(' start')) break
    soak.stdout.resume()
    const its = readFileSync(`/proc/${soak.pid}/task/${soak.pid}/children`, 'utf8').trim().split(' ')
    expect(its.length).toBe(2)
    soak.kill('SIGINT')
    expect(await closed).toEqual([130, null])
    expect(its.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([])
  })
})
