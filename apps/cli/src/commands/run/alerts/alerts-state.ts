import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

import type { FiringAlert } from '@openpredict/monitor'

import { configuredMirror, configuredStore } from '../../../configuration.ts'
import type { Environment } from '../../../settings.ts'

/** Somebody looks after an alert. */
export interface Acknowledgement {
  readonly alert: string
  readonly instrument?: string
}

/** Where a process remembers what fires: a file beside the local store. `undefined` for a store in memory. */
export function statePath(
  flags: { readonly store?: string; readonly mirror?: string },
  env: Environment,
  who: 'loop' | 'monitor',
): string | undefined {
  const base = basePath(flags, env)
  return base === undefined ? undefined : `${base}.alerts-${who}.json`
}

/** The file that acknowledgements are left in, for the process `who`. */
export function acknowledgementPath(state: string): string {
  return state.replace(/\.json$/, '-acknowledged.json')
}

/** What fired when the process before ended; nothing where that is not known. */
export function readFiring(path: string | undefined): readonly FiringAlert[] {
  const found = path === undefined ? undefined : readJson(path)
  return Array.isArray(found) ? found.filter(isFiringAlert) : []
}

/** Replaces what is remembered, as a whole. */
export function writeFiring(path: string, firing: readonly FiringAlert[]): void {
  const temporary = `${path}.new`
  writeFileSync(temporary, `${JSON.stringify(firing)}\n`, { mode: 0o640 })
  renameSync(temporary, path)
}

/** Leaves an acknowledgement for a process that judges alerts. */
export function leaveAcknowledgement(path: string, acknowledgement: Acknowledgement): void {
  writeFileSync(path, `${JSON.stringify(acknowledgement)}\n`, { mode: 0o640, flag: 'a' })
}

/** Takes the acknowledgements that were left. */
export function takeAcknowledgements(path: string): readonly Acknowledgement[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
    rmSync(path)
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => {
    const found = line === '' ? undefined : parseJson(line)
    return isAcknowledgement(found) ? [found] : []
  })
}

function basePath(flags: { readonly store?: string; readonly mirror?: string }, env: Environment): string | undefined {
  const url = configuredStore(flags, env)
  if (!/^sqlite:/i.test(url)) return configuredMirror(flags, env)
  const path = url.slice('sqlite:'.length)
  return path.includes(':memory:') ? undefined : path
}

function readJson(path: string): unknown {
  try {
    return parseJson(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isAcknowledgement(value: unknown): value is Acknowledgement {
  const { alert, instrument } = (value ?? {}) as Readonly<Record<string, unknown>>
  return typeof alert === 'string' && (instrument === undefined || typeof instrument === 'string')
}

function isFiringAlert(value: unknown): value is FiringAlert {
  const { rule, firedAt, told, escalated } = (value ?? {}) as Readonly<Record<string, unknown>>
  return typeof rule === 'string' && typeof firedAt === 'number' && Array.isArray(told) && typeof escalated === 'number'
}
