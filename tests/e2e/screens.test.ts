import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { atHome, HOME } from '../docs/page-world.ts'
import { kept, steady } from '../docs/shell-blocks.ts'
import { mainFile } from '../command-line/main-file.ts'
import { ROOT } from '../package-map.ts'
import { COLUMNS, liveMorning, type Morning, restore } from './screens.ts'

const FOLDER = join(import.meta.dirname, '__screens__')
const TMUX = spawnSync('tmux', ['-V'], { encoding: 'utf8' }).status === 0

/** Commands whose output is for programs, and as wide as it has to be. */
const FOR_PROGRAMS = ['completion', 'export']
/** A script of hundreds of lines, and a table: their beginnings. */
const FIRST_LINES: Readonly<Record<string, number>> = { completion: 9, export: 6 }

/** Every screen, and the exit code that goes with it. */
const CODES: Readonly<Record<string, number>> = {
  'alerts-check': 0,
  'alerts-check-firing': 1,
  'alerts-list': 0,
  'alerts-test': 0,
  analyze: 0,
  benchmark: 0,
  completion: 0,
  'config-verify': 0,
  'db-status': 0,
  export: 0,
  health: 0,
  incident: 0,
  monitor: 0,
  report: 0,
  'run-loop': 0,
  validate: 0,
  'validate-fix': 0,
  'validate-gap': 1,
}

/** What is compared of a screen that shows the machine; every other is kept to the letter. */
const STEADY: Readonly<Record<string, (text: string) => string>> = {
  'alerts-check': steadyMachine,
  'alerts-check-firing': steadyMachine,
  benchmark: steadyBenchmark,
  'config-verify': steadyMachine,
  health: steadyMachine,
}

// Where lines break depends on how long the path of the store is.
const isShort = process.platform === 'linux' && realpathSync('/tmp') === '/tmp'

describe.runIf(isShort)(`what commands show in a terminal of ${COLUMNS} columns`, () => {
  let folder: string
  let morning: Morning
  const screenOf = (name: string): string => {
    const lines = atHome(morning.screens.get(name)?.screen ?? '', { folder }).split('\n')
    const first = FIRST_LINES[name]
    return first === undefined ? lines.join('\n') : `${lines.slice(0, first).join('\n')}\n`
  }

  beforeAll(async () => {
    folder = shortFolder()
    morning = await liveMorning(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is kept for each, and nothing else is', () => {
    expect([...morning.screens.keys()].toSorted()).toEqual(Object.keys(CODES))
    const files = readdirSync(FOLDER).filter((name) => !name.startsWith('status-'))
    expect(files.toSorted()).toEqual(
      Object.keys(CODES)
        .map((name) => `${name}.txt`)
        .toSorted(),
    )
  })

  it.each(Object.keys(CODES))('%s', async (name) => {
    const file = join(FOLDER, `${name}.txt`)
    const screen = screenOf(name)
    const shown = existsSync(file) ? readFileSync(file, 'utf8') : undefined
    // Vitest writes a snapshot that is missing and goes on; a screen that nobody has looked at is no screen.
    if (shown === undefined && !isUpdating())
      throw new Error(`${file} is missing: vitest run tests/e2e/screens -u, and read it`)
    const same = STEADY[name]
    await expect(same === undefined || shown === undefined ? screen : kept(shown, screen, same)).toMatchFileSnapshot(
      file,
    )
    const code = morning.screens.get(name)?.code
    // The memory of a benchmark here is that of all tests in this process.
    expect(name === 'benchmark' ? [0, 1] : [CODES[name]]).toContain(code)
  })

  it.each(Object.keys(CODES).filter((name) => !FOR_PROGRAMS.includes(name)))('%s is no wider', (name) => {
    expect(
      screenOf(name)
        .split('\n')
        .filter((line) => line.length > COLUMNS),
    ).toEqual([])
  })

  it.skipIf(!TMUX)(`is the same in a real terminal (${TMUX ? 'tmux' : 'skipped: there is no tmux'})`, async () => {
    const real = shortFolder()
    const { looked } = morning
    restore(looked, real)
    const typed = {
      'alerts-list': 'alerts list',
      'db-status': 'db status',
      validate: `validate --as-of ${looked.at}`,
    }
    const tmux = (...args: readonly string[]): string =>
      execFileSync('tmux', ['-f', '/dev/null', '-S', join(real, 'tmux'), ...args], { encoding: 'utf8', cwd: real })
    const main = mainFile()
    const env = [
      'env',
      '-i',
      `PATH=${process.env['PATH'] ?? ''}`,
      'LANG=C.UTF-8',
      'TERM=screen-256color',
      `HOME=${real}`,
    ]
    const compiled = `NODE_COMPILE_CACHE=${join(ROOT, 'node_modules', '.cache', 'openpredict-compiled')}`
    try {
      for (const [name, args] of Object.entries(typed)) {
        const command = `${process.execPath} --conditions=@openpredict/source -- ${main} ${args}`
        const shell = `${command}; echo "ended with $?"; exec sleep 60`
        tmux('new-session', '-d', '-s', name, '-x', `${COLUMNS}`, '-y', '24', ...env, compiled, 'sh', '-c', shell)
      }
      for (const name of Object.keys(typed)) {
        // All of it, also what has left the window at its top.
        const look = (): string => tmux('capture-pane', '-p', '-S', '-', '-t', name)
        const seen = await vi.waitUntil(() => /^ended with \d+$/m.test(look()) && look(), {
          timeout: 20_000,
          interval: 60,
        })
        expect(atHome(seen.trimEnd(), { folder: real })).toBe(`${screenOf(name)}ended with 0`)
      }
    } finally {
      tmux('kill-server')
      rmSync(real, { recursive: true, force: true })
    }
  })
})

/** A folder whose path is as long as the one that is shown. */
function shortFolder(): string {
  const folder = mkdtempSync('/tmp/opp-')
  expect(folder).toHaveLength(HOME.length)
  return folder
}

/** Whether snapshots are to be written (`-u`). */
function isUpdating(): boolean {
  return Reflect.get(expect.getState().snapshotState, '_updateSnapshot') === 'all'
}

/** Without the room on the disk, the version of Node.js, and whether the clock is said to be kept. */
function steadyMachine(text: string): string {
  return text
    .replaceAll(/disk_free = .*/g, 'disk_free = N')
    .replaceAll(/[\d,]+ MiB free/g, 'N MiB free')
    .replaceAll(/Node\.js [\d.]+/g, 'Node.js N')
    .replace(/^\S time [\s\S]*?(?=^\S log file )/m, 'time\n')
    .replace(/^\d+ good, .*$/m, 'tally')
}

/** Without the machine and what the process takes of it, which is what all tests in it take, and the verdicts on that. */
function steadyBenchmark(text: string): string {
  return text
    .replace(/^ {2}machine .*\n(?: {11}.*\n)*/m, '  machine\n')
    .replace(/^Resources\n[\s\S]*?\n\n/m, (section) => steady(section.replaceAll(/[+−]?\d[\d.,]*/g, 'N')))
    .replace(/^Targets .*$/m, 'Targets')
    .replaceAll(/^ {2}[✔✖‼–] ((?:Memory|CPU|Disk I\/O)[^\d–]*?) {2}.*$/gm, '  $1')
    .replaceAll(/^ {6}→ .*\n/gm, '')
}
