import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import { createManualClock, parseInstant } from '@openpredict/market'
import { openStore } from '@openpredict/store'
import { describe, expect, it, vi } from 'vitest'

import { mainFile } from '../command-line/main-file.ts'
import { putFailedCycle } from './failed-cycle.ts'
import { Workplace } from './run-cli.ts'

const NOW = '2024-06-05T14:30:30Z'
const AT = parseInstant(NOW)
const TMUX = spawnSync('tmux', ['-V'], { encoding: 'utf8' })

/** A store with a failed cycle, whose message holds a secret, and a bar. */
async function prepare(workplace: Workplace): Promise<void> {
  await using store = await openStore(`sqlite:${workplace.path('openpredict.sqlite')}`, {
    clock: createManualClock(AT),
  })
  await store.transaction(async (tx) => {
    const bar = {
      time: AT - 12 * 60_000 - 30_000,
      open: 18_700,
      high: 18_702,
      low: 18_699.5,
      close: 18_701.25,
      volume: 9,
    }
    await tx.putBars('NQ=F', [bar], { source: 'test', ingestedAt: AT })
    const message = 'https://me:PlantedPassword@proxy refused'
    await putFailedCycle(tx, { at: AT - 20_400, cycle: 7, message })
  })
}

describe('status', () => {
  it('shows what is in the store as a block of text, without secrets, and ends with 0', async () => {
    using workplace = new Workplace()
    await prepare(workplace)
    const { code, stdout, stderr } = await workplace.run(['status', '--as-of', NOW], { LANG: 'C.UTF-8' })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^NQ=F E-mini Nasdaq-100 {2}18,701\.25 +Wed 5 Jun 10:30:30 New York\n/)
    expect(stdout).toMatch(/cycle +✖ #7 failed at fetch, 20 s ago, 400 ms\nerror +https:\/\/•••@proxy refused\n/)
    expect(stdout).toMatch(/fresh +newest bar 10:18, 1 min behind/)
    expect(stdout).not.toContain('Planted')
  })

  it('prints a line of JSON each time with --watch --json, until it is told to stop', async () => {
    using workplace = new Workplace()
    await prepare(workplace)
    const { child, finished } = workplace.start(['status', '--watch', '--json', '--as-of', NOW])
    const [line] = (await once(createInterface({ input: child.stdout ?? process.stdin }), 'line')) as [string]
    expect(JSON.parse(line)).toMatchObject({
      instruments: [{ symbol: 'NQ=F', lastCycle: { cycle: 7, status: 'failed' }, freshness: { lagMs: 60_000 } }],
      delivery: null,
    })
    child.kill('SIGTERM')
    expect(await finished).toMatchObject({ code: 0, stderr: '' })
  })

  it('has nothing to show where no store is, and ends with 4', async () => {
    using workplace = new Workplace()
    const { code, stderr } = await workplace.run(['status', '--watch'])
    expect(code).toBe(4)
    expect(stderr).toContain('there is nothing to read')
  })
})

describe.skipIf(TMUX.status !== 0)(`status --watch in a real terminal (needs tmux, found ${TMUX.status === 0})`, () => {
  it('lives on the alternate screen, follows the size of the window, and gives the terminal back', async () => {
    using workplace = new Workplace()
    await prepare(workplace)
    const socket = workplace.path('tmux')
    const tmux = (...args: readonly string[]): string =>
      execFileSync('tmux', ['-f', '/dev/null', '-S', socket, ...args], { encoding: 'utf8', cwd: workplace.folder })
    const screen = async (pattern: RegExp): Promise<string> =>
      await vi.waitUntil(
        () => {
          const text = tmux('capture-pane', '-p')
          return pattern.test(text) && text
        },
        { timeout: 20_000, interval: 40 },
      )
    const main = mainFile()
    const command = `${process.execPath} --conditions=@openpredict/source -- ${main} status --watch --as-of ${NOW}`
    const env = ['env', '-i', `PATH=${process.env['PATH'] ?? ''}`, 'LANG=C.UTF-8', 'TERM=screen-256color']
    const shell = `echo before; ${command}; echo "ended with $?"; exec sleep 60`
    tmux('new-session', '-d', '-x', '80', '-y', '24', ...env, 'sh', '-c', shell)
    try {
      const full = await screen(/q quit/)
      expect(full).toMatch(/^NQ=F E-mini Nasdaq-100 {2}18,701\.25 +Wed 5 Jun 10:30:3\d New York$/m)
      expect(full).not.toContain('before')
      expect(tmux('display', '-p', '#{alternate_on} #{cursor_flag}').trim()).toBe('1 0')
      tmux('resize-window', '-x', '30', '-y', '6')
      const small = await screen(/#7 failed at fetc…/)
      expect(small.trimEnd().split('\n').length).toBeLessThanOrEqual(6)
      tmux('resize-window', '-x', '80', '-y', '24')
      await screen(/New York/)
      tmux('send-keys', 'q')
      expect(await screen(/ended with 0/)).toContain('before')
      expect(tmux('display', '-p', '#{alternate_on} #{cursor_flag}').trim()).toBe('0 1')
    } finally {
      tmux('kill-server')
    }
  })
})
