import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { Workplace } from './run-cli.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** Whether a shell is on this machine. */
function has(shell: string): boolean {
  return spawnSync(shell, ['-c', 'exit 0']).status === 0
}

let workplace: Workplace
beforeAll(async () => {
  workplace = new Workplace()
  const scripts = await Promise.all(SHELLS.map((shell) => workplace.run(['completion', shell])))
  SHELLS.forEach((shell, i) => {
    writeFileSync(workplace.path(`script.${shell}`), scripts[i]?.stdout ?? '')
  })
  writeFileSync(workplace.path('bars one.csv'), '')
  writeFileSync(workplace.path('bars.csv'), '')
  mkdirSync(workplace.path('backups'))
})
afterAll(() => workplace[Symbol.dispose]())

/** What bash would put in place of the word at the end of a line, up to its last `=` or `:`. */
function inBash(line: string): readonly string[] {
  const text = `
    source script.bash
    COMP_LINE=${JSON.stringify(line)}; COMP_POINT=\${#COMP_LINE}
    _openpredict
    for reply in "\${COMPREPLY[@]}"; do echo "$reply"; done`
  const found = execFileSync('bash', ['--norc', '-c', text], { cwd: workplace.folder, encoding: 'utf8' })
  return found === '' ? [] : found.trimEnd().split('\n')
}

describe.skipIf(!has('bash'))('completion in bash', () => {
  it.each([
    ['openpredict ben', ['benchmark']],
    ['openpredict db ', ['migrate', 'status', 'reset', 'backup', 'copy', 'prune', 'help']],
    ['openpredict db mi', ['migrate']],
    ['openpredict help dem', ['demo']],
    ['openpredict --env-file x db b', ['backup']],
    ['openpredict export --format ', ['csv', 'json', 'ndjson', 'parquet', 'xlsx']],
    ['openpredict export --format=n', ['ndjson']],
    ['openpredict export -t ohlc_', ['ohlc_data', 'ohlc_revisions', 'ohlc_suspects', 'ohlc_history']],
    ['openpredict collect --symbol N', ['NQ=F']],
    ['openpredict collect --symbol NQ=', ['F']],
    ['openpredict collect --symbol=NQ=', ['F']],
    ['openpredict collect --symbol NQ=F --lo', ['--log-format', '--loop']],
    ['openpredict collect --store sq', ['sqlite:']],
    ['openpredict completion z', ['zsh']],
    ['openpredict import bars', ['bars.csv', 'bars one.csv']],
    ['openpredict config verify --backup back', ['backups']],
    ['openpredict config verify --logrotate ', ['backups']],
    ['openpredict collect --interval ', []],
    ['openpredict nonsense --x', []],
  ])('%s', (line, expected) => {
    expect(inBash(line).toSorted()).toEqual(expected.toSorted())
  })

  it('knows every option of a command, with those of the whole program', () => {
    const found = inBash('openpredict db copy -')
    expect(found.toSorted()).toEqual(['--env-file', '--from', '--help', '--json', '--to', '-h'])
  })

  it('completes what is before the cursor', () => {
    const text =
      'source script.bash; COMP_LINE="openpredict d --json"; COMP_POINT=13; _openpredict; echo "${COMPREPLY[*]}"'
    expect(execFileSync('bash', ['--norc', '-c', text], { cwd: workplace.folder, encoding: 'utf8' })).toBe('db demo\n')
  })
})

describe.skipIf(!has('fish'))(`completion in fish (needs fish, found ${has('fish')})`, () => {
  it.each([
    ['openpredict ben', ['benchmark']],
    ['openpredict db mi', ['migrate']],
    ['openpredict --env-file x db b', ['backup']],
    ['openpredict export --format ', ['csv', 'json', 'ndjson', 'parquet', 'xlsx']],
    ['openpredict collect --symbol NQ', ['NQ=F']],
    ['openpredict completion z', ['zsh']],
    ['openpredict db copy --t', ['--to']],
  ])('%s', (line, expected) => {
    const text = `source script.fish; complete -C ${JSON.stringify(line)}`
    const env = { ...process.env, HOME: workplace.folder }
    const found = execFileSync('fish', ['--no-config', '-c', text], { cwd: workplace.folder, encoding: 'utf8', env })
    const words = found
      .trimEnd()
      .split('\n')
      .map((row) => row.split('\t')[0] ?? '')
    expect(new Set(words)).toEqual(new Set(expected))
  })
})

describe.skipIf(!has('zsh'))(`completion in zsh (needs zsh, found ${has('zsh')})`, () => {
  it('is a script that zsh reads, with a function for each command', () => {
    const text = 'autoload -U compinit; compinit -u -D; source script.zsh; print -l ${(k)functions[(I)_openpredict*]}'
    const found = execFileSync('zsh', ['-f', '-c', text], { cwd: workplace.folder, encoding: 'utf8' })
    expect(found.split('\n')).toEqual(
      expect.arrayContaining(['_openpredict', '_openpredict_db', '_openpredict_db_migrate']),
    )
  })
})
