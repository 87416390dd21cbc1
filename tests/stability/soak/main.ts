// `npm run soak`: runs a collector for days of market time while everything goes wrong, and compares what it has stored.
import { mkdirSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { formatInstant, instrumentOf } from '@openpredict/market'

import { systemTimer } from '../../../apps/cli/src/system-clock.ts'
import { parseSoakOptions, type SoakOptions, USAGE } from './options.ts'
import type { SoakEvent } from './record.ts'
import { reportText } from './report.ts'
import { soak } from './soak.ts'

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stopping.abort(new Error(`stopped by ${signal}`)))
}

process.exitCode = await main()

async function main(): Promise<number> {
  let options: SoakOptions
  try {
    options = parseSoakOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`)
    return 2
  }
  const folder = resolve(options.out)
  mkdirSync(folder, { recursive: true })
  if (readdirSync(folder).length > 0) {
    process.stderr.write(`${folder} is not empty: a soak begins with nothing.\n`)
    return 2
  }
  const { seed, hours, speed, symbol } = options
  process.stdout.write(
    `seed ${seed}: ${hours} h from ${formatInstant(options.from)}, ${speed} × real time, ${folder}\n`,
  )
  try {
    const report = await soak({
      ...options,
      folder,
      instrument: instrumentOf(symbol),
      timer: systemTimer,
      signal: stopping.signal,
      onEvent: tell,
    })
    process.stdout.write(`\n${reportText(report)}\n${join(folder, 'report.md')}\n`)
    return report.ok ? 0 : 1
  } catch (error) {
    process.stderr.write(`${stopping.signal.aborted ? (error as Error).message : (error as Error).stack}\n`)
    return stopping.signal.aborted ? 130 : 2
  }
}

function tell({ at, what, detail }: SoakEvent): void {
  process.stdout.write(`${formatInstant(at)}  ${what}${detail === undefined ? '' : `  ${detail}`}\n`)
}
