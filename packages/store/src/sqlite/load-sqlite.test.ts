import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'

import { loadSqlite } from './load-sqlite.ts'

it('loads without a word on the terminal', () => {
  const script = `import { loadSqlite } from '${join(import.meta.dirname, 'load-sqlite.ts')}'; loadSqlite()`
  const args = ['--conditions=@openpredict/source', '--input-type=module', '--eval', script]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect({ status, stdout, stderr: stderr.replaceAll(/^.*(Type Stripping|--trace-warnings).*\n/gm, '') }).toEqual({
    status: 0,
    stdout: '',
    stderr: '',
  })
})

it('holds back that one warning only, and only while it loads', () => {
  const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const get = vi.spyOn(process, 'getBuiltinModule').mockImplementation(() => {
    process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning')
    process.emitWarning('something else', 'DeprecationWarning')
    return {}
  })
  onTestFinished(() => {
    emit.mockRestore()
    get.mockRestore()
  })
  loadSqlite()
  expect(emit.mock.calls).toEqual([['something else', 'DeprecationWarning']])
  process.emitWarning('SQLite is an experimental feature and might change at any time')
  expect(emit).toHaveBeenCalledTimes(2)
})

it('says so where Node has no SQLite, and leaves the warnings as they were', () => {
  const emitWarning = Object.getOwnPropertyDescriptor(process, 'emitWarning')?.value as unknown
  const get = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined)
  onTestFinished(() => {
    get.mockRestore()
  })
  expect(() => loadSqlite()).toThrow(/comes without SQLite/)
  expect(Object.getOwnPropertyDescriptor(process, 'emitWarning')?.value).toBe(emitWarning)
})
