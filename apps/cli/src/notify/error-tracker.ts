import { createRequire } from 'node:module'
import { join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

import type { Failure, Redactor } from '@openpredict/collector'

import type { CollectEvent } from '../collect-event.ts'
import { UsageError } from '../usage-error.ts'

const PACKAGE = '@sentry/node'
/** How long the end waits for reports that are under way. */
const FLUSH_MS = 1_500
/** The same failure is not reported again within this. */
const AGAIN_MS = 60 * 60_000

/** What is used of `@sentry/node`, of any version from 8 on. */
interface Sentry {
  init(options: Readonly<Record<string, unknown>>): unknown
  captureEvent(event: Readonly<Record<string, unknown>>): unknown
  close(timeoutMs: number): Promise<unknown>
}

/** What failures are reported with. */
export interface ErrorTrackerOptions {
  readonly dsn: string
  readonly version: string
  readonly host: string
  readonly component: string
  readonly redactor: Redactor
  /** The time of day, epoch ms. */
  readonly now: () => number
}

/** Reports failures to Sentry. */
export interface ErrorTracker {
  readonly observe: (event: CollectEvent) => void
  /** Sends what is under way, for a moment at the most. */
  readonly close: () => Promise<void>
}

/**
 * Loads `@sentry/node` and reports failures of cycles, of their steps and of delivery, with category and code as tags:
 * each kind of failure once an hour. Nothing else is sent: no breadcrumbs, traces or requests. Throws a `UsageError`
 * where the package is not installed.
 */
export async function createErrorTracker(options: ErrorTrackerOptions): Promise<ErrorTracker> {
  const { dsn, version, host, component, redactor, now } = options
  const sentry = await loadSentry()
  sentry.init({
    dsn,
    release: `openpredict@${version}`,
    serverName: host,
    defaultIntegrations: false,
    skipOpenTelemetrySetup: true,
    sendDefaultPii: false,
    maxBreadcrumbs: 0,
    beforeSend: (event: unknown) => redactor.value(event),
  })
  const reported = new Map<string, number>()
  const report = (failure: Failure, where: string, more: Readonly<Record<string, unknown>>): void => {
    const key = `${where} ${failure.category} ${failure.code}`
    const before = reported.get(key)
    if (before !== undefined && now() - before < AGAIN_MS) return
    reported.set(key, now())
    sentry.captureEvent({
      level: 'error',
      message: redactor.text(failure.message),
      fingerprint: [where, failure.category, failure.code],
      tags: { component, operation: where, category: failure.category, code: failure.code },
      extra: redactor.value({ hint: failure.hint, ...more }),
    })
  }
  return {
    observe(event) {
      if (event.kind === 'delivery' && (event.event.kind === 'away' || event.event.kind === 'refused')) {
        const { kind, message } = event.event
        const code = event.event.kind === 'away' ? event.event.code : 'constraint'
        report({ category: 'database', code, message, hint: '' }, 'delivery', { kind })
      }
      if (event.kind === 'fault') report(event.failure, 'start', {})
      if (event.kind === 'crash') report(event.failure, 'crash', {})
      if (event.kind !== 'cycle') return
      const { status, failure, failedStep, steps, instrument, cycle } = event.report
      const more = { instrument: instrument.symbol, cycle }
      if (status === 'failed' && failure !== undefined) report(failure, failedStep ?? 'cycle', more)
      for (const step of steps) {
        // What keeps a delivery is told by its own event, once an outage.
        if (step.failure !== undefined && step.name !== 'deliver') report(step.failure, step.name, more)
      }
    },
    async close() {
      await Promise.resolve(sentry.close(FLUSH_MS)).catch(() => undefined)
    },
  }
}

/** The package beside this program, or else in the folder that it is run in. */
async function loadSentry(): Promise<Sentry> {
  const beside = createRequire(import.meta.url)
  const here = createRequire(join(process.cwd(), 'package.json'))
  for (const require of [beside, here]) {
    let path: string
    try {
      path = require.resolve(PACKAGE)
    } catch {
      continue
    }
    const loaded = (await import(pathToFileURL(path).href)) as Sentry & { readonly default?: Sentry }
    return typeof loaded.init === 'function' ? loaded : (loaded.default ?? loaded)
  }
  throw new UsageError(
    `SENTRY_DSN is set, and ${PACKAGE} is not installed.`,
    `Install it where openpredict is: npm install ${PACKAGE}. Or take SENTRY_DSN away.`,
  )
}
