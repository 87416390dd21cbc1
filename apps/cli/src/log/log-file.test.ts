import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { beforeEach, describe, expect, it, vi } from 'vitest'

import { LogFile, type LogFileOptions, type LogFileTrouble } from './log-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-log-'))
  return () => rmSync(folder, { recursive: true })
})

function fileAt(path: string, options: Partial<LogFileOptions> = {}): { file: LogFile; troubles: LogFileTrouble[] } {
  const troubles: LogFileTrouble[] = []
  return { file: new LogFile({ path, onTrouble: (trouble) => troubles.push(trouble), ...options }), troubles }
}

describe('a log file', () => {
  it('has every line, in order, once it is closed', async () => {
    const path = join(folder, 'log')
    const { file } = fileAt(path)
    const lines = Array.from({ length: 5_000 }, (_, i) => `line ${i} – é\n`)
    for (const line of lines) file.write(line)
    await file.close()
    expect(readFileSync(path, 'utf8')).toBe(lines.join(''))
  })

  it('is appended to, and readable by its owner and group alone', async () => {
    const path = join(folder, 'log')
    for (const line of ['a\n', 'b\n']) {
      const { file } = fileAt(path)
      file.write(line)
      await file.close()
    }
    expect(readFileSync(path, 'utf8')).toBe('a\nb\n')
  })

  it('has what is held when the process ends at once', () => {
    const path = join(folder, 'log')
    const { file } = fileAt(path)
    file.write('last words\n')
    file.flushNow()
    expect(readFileSync(path, 'utf8')).toBe('last words\n')
  })

  it('loses the oldest lines when too many wait, and says how many', async () => {
    const path = join(folder, 'later', 'log')
    const { file, troubles } = fileAt(path, { mostHeld: 40, retryMs: 10 })
    for (let i = 0; i < 10; i++) file.write(`line ${i} ..\n`)
    await vi.waitUntil(() => troubles.length > 0)
    mkdirSync(join(folder, 'later'))
    await vi.waitUntil(() => troubles.length > 1)
    await file.close()
    expect(readFileSync(path, 'utf8')).toBe('line 6 ..\nline 7 ..\nline 8 ..\nline 9 ..\n')
    expect(troubles).toEqual([
      { kind: 'unwritable', path, code: 'ENOENT' },
      { kind: 'writable-again', path, lost: 6 },
    ])
  })

  it('takes no full disk for an end', async () => {
    const { file, troubles } = fileAt('/dev/full', { retryMs: 10 })
    file.write('no room\n')
    await vi.waitUntil(() => troubles.length > 0)
    expect(troubles).toMatchObject([{ kind: 'unwritable', code: 'ENOSPC' }])
    await file.close()
  })
})
