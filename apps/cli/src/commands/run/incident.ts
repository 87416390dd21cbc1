import process from 'node:process'

import { incidentMarkdown, incidentOf } from '@openpredict/monitor'

import { configuredInstruments, configuredStore } from '../../configuration.ts'
import { EXIT } from '../../exit.ts'
import { fitted } from '../../format.ts'
import { openNamedStore } from '../../named-store.ts'
import { openOutput } from '../../output-file.ts'
import { redactorFor } from '../../secrets.ts'
import type { Services } from '../../services.ts'
import type { IncidentFlags } from '../incident.ts'
import { notAhead, timeOf } from './report/report.ts'

/** Writes an incident down, to a file or to standard output. */
export async function createIncident(flags: IncidentFlags, services: Services): Promise<number> {
  const { env, terminal, signal, version, host } = services
  const { severity, window, title, output } = flags
  const madeAt = (await timeOf(flags.source, services)).now()
  const to = notAhead(flags.asOf, madeAt)
  const named = [...(flags.symbol ?? []), ...(flags.instrument ?? [])]
  const file = output === undefined ? undefined : await openOutput(output, { inputs: [] })
  await using store = await openNamedStore(configuredStore(flags, env), services, { readOnly: true, migrate: false })
  const incident = await terminal.spin(`reading ${store.location}`, () =>
    incidentOf(
      {
        store,
        severity,
        title,
        ...(named.length === 0 ? {} : { instruments: configuredInstruments(flags, env) }),
        from: to - window,
        to,
        madeAt,
        version,
        node: process.versions.node,
        host,
        clean: redactorFor(env, [flags.store]).text,
      },
      { signal },
    ),
  )
  const text = incidentMarkdown(incident)
  await file?.write([text], { signal })
  if (flags.json === true) terminal.out(JSON.stringify(incident))
  else if (output === undefined) terminal.out(text.trimEnd())
  else {
    const todo = text.split('**TODO**').length - 1
    terminal.out(fitted(`${incident.title} written to ${output}: ${todo} things to fill in`, terminal.stdout, 2))
  }
  return EXIT.fine
}
