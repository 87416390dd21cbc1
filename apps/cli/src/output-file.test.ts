import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openOutput } from './output-file.ts'
import { UsageError } from './usage-error.ts'

let folder = ''
let input = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-output-'))
  input = join(folder, 'input')
  writeFileSync(input, 'bars')
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

async function write(name: string, text: Iterable<string>, signal = new AbortController().signal): Promise<void> {
  const file = await openOutput(join(folder, name), { inputs: [input] })
  await file.write(text, { signal })
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8')
}

describe('an output file', () => {
  it('holds all that is written, packed when its name says so', async () => {
    await write('rows.ndjson', ['one\n', 'two\n'])
    expect(read('rows.ndjson')).toBe('one\ntwo\n')
    await write('rows.ndjson.gz', ['one\n', 'two\n'])
    expect(gunzipSync(readFileSync(join(folder, 'rows.ndjson.gz'))).toString()).toBe('one\ntwo\n')
    await write('none', [])
    expect(read('none')).toBe('')
    expect(readdirSync(folder).toSorted()).toEqual(['input', 'none', 'rows.ndjson', 'rows.ndjson.gz'])
  })

  it('is there only when it is complete', async () => {
    function* text(): Iterable<string> {
      yield 'x'.repeat(100_000)
      seen.push(...readdirSync(folder).filter((name) => name === 'rows'))
      yield 'y'
    }
    const seen: string[] = []
    await write('rows', text())
    expect(seen).toEqual([])
    expect(statSync(join(folder, 'rows')).size).toBe(100_001)
  })

  it.each(['rows', 'rows.gz'])('leaves what was there as it was when something is wrong: %s', async (name) => {
    writeFileSync(join(folder, name), 'before')
    function* failing(): Iterable<string> {
      yield 'x'.repeat(100_000)
      throw new RangeError('no more')
    }
    await expect(write(name, failing())).rejects.toThrow(RangeError)
    const stop = new AbortController()
    function* endless(): Iterable<string> {
      for (let i = 0; ; i++) {
        if (i === 10) stop.abort()
        yield 'x'.repeat(100_000)
      }
    }
    await expect(write(name, endless(), stop.signal)).rejects.toThrow(/aborted/)
    await expect(write(name, ['x'], AbortSignal.abort())).rejects.toThrow(/aborted/)
    expect(read(name)).toBe('before')
    expect(readdirSync(folder).toSorted()).toEqual(['input', name])
  })

  it('takes the place of another, with its rights, and stays behind a link', async () => {
    writeFileSync(join(folder, 'rows'), 'before')
    chmodSync(join(folder, 'rows'), 0o640)
    symlinkSync('rows', join(folder, 'link'))
    await write('link', ['after'])
    expect(read('rows')).toBe('after')
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
    expect(statSync(join(folder, 'rows')).mode & 0o777).toBe(0o640)
    // The name that was given says whether it is packed, not that behind the link.
    symlinkSync('rows', join(folder, 'link.gz'))
    await write('link.gz', ['packed'])
    expect(gunzipSync(readFileSync(join(folder, 'rows'))).toString()).toBe('packed')
  })

  it.runIf(process.platform !== 'win32')('may be a pipe, which is written to as it is', async () => {
    const pipe = join(folder, 'pipe')
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0)
    const [, found] = await Promise.all([write('pipe', ['one\n']), readFile(pipe, 'utf8')])
    expect(found).toBe('one\n')
    expect(lstatSync(pipe).isFIFO()).toBe(true)
  })

  it.runIf(existsSync('/dev/full'))('says so when the disk is full', async () => {
    symlinkSync('/dev/full', join(folder, 'rows'))
    await expect(write('rows', ['one\n'])).rejects.toThrow(`${join(folder, 'rows')}: cannot be written (ENOSPC).`)
    await expect(write('rows', ['one\n'])).rejects.toThrow(UsageError)
  })

  it('is refused before anything is written where it cannot be', async () => {
    mkdirSync(join(folder, 'sub'))
    await expect(openOutput(join(folder, 'sub'), { inputs: [input] })).rejects.toThrow(UsageError)
    await expect(openOutput(join(folder, 'sub'), { inputs: [input] })).rejects.toThrow('is a folder')
    await expect(openOutput(join(folder, 'nowhere', 'rows'), { inputs: [input] })).rejects.toThrow(/ENOENT.*nowhere/)
  })

  it('is never what is read, under whatever name', async () => {
    symlinkSync(input, join(folder, 'link'))
    linkSync(input, join(folder, 'second'))
    for (const name of ['input', 'link', 'second']) {
      await expect(openOutput(join(folder, name), { inputs: [input] })).rejects.toThrow('is the file to be read, too.')
    }
    expect(read('input')).toBe('bars')
  })
})
