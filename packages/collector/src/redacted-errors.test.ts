import { createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import { openStore } from '@openpredict/store'
import { expect, it } from 'vitest'

import { createCollector, createRedactor } from './index.ts'

it('records no secret in error_log: neither the forms of secrets, nor those that are told', async () => {
  const clock = createManualClock(parseInstant('2024-06-05T14:30:30Z'))
  await using store = await openStore('sqlite::memory:', { clock })
  const hint = 'Bearer abcdef123456, not plum-tart'
  const collector = createCollector({
    instrument: instrumentOf('NQ=F'),
    source: {
      name: 'script',
      fetch: () =>
        Promise.reject(
          Object.assign(new Error('https://me:pw@host/?q=1 and plum-tart'), { category: 'network', code: 'x', hint }),
        ),
    },
    store,
    clock,
    timer: clock,
    redact: createRedactor({ secrets: ['plum-tart'] }).text,
    host: 'test',
    version: '0',
  })
  const { failure } = await collector.runCycle()
  expect(failure?.message).toBe('https://•••@host/?••• and plum-tart')
  const [row] = await store.readRows('error_log')
  expect(row).toMatchObject({
    error_message: 'https://•••@host/?••• and •••',
    details: { code: 'x', hint: 'Bearer •••, not •••' },
  })
})
