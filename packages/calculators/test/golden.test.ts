import { createHash } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { createEngine, FEATURE_TABLES, type FeatureTable, toExchange } from '../src/index.ts'
import { FILES, HAS_DATA, readBars } from './real-bars.ts'
import { allowTime } from './runs.ts'

allowTime()

interface Golden {
  readonly rows: number
  readonly sha256: string
}

/**
 * The rows of the recorded bars by default options, as lines of the exchange format, sorted.
 *
 * They were written down when the engine and the naive references agreed on every row. When both change together, it is
 * noticed here: a difference is then a change of the definitions, which wants a reason.
 */
const GOLDEN: Readonly<Record<string, Readonly<Record<FeatureTable, Golden>>>> = {
  'nq_1m_2023-11-19_2023-12-04.csv.gz': {
    reference_levels: { rows: 471, sha256: '41b5adbb5380a6a5651ce9a285c6cbca399e23a1df32c1abbb2b71958ebf8b9e' },
    fibonacci_pivots: { rows: 84, sha256: '4d44a68884fcca48ceda30a88f65a655ca2640d46d4f6b55a644e5b58da6edd8' },
    liquidity_events: { rows: 111, sha256: '2e5c7cb4a17e56725640a8fddac82250109b2829201390f914f5594a43f19ae9' },
    fvg: { rows: 139, sha256: 'd20749ef13b7ff970c4fa28048153323eed5b1f11b0c6a484af9aa53ed6d76d9' },
    hourly_blocks: { rows: 1717, sha256: '7912445cd7a7bcc38573ea487fbd8b42833eb544f7448f5238e07626f5f61e2d' },
    market_structure: { rows: 110, sha256: 'bc8ed93f8bc99c8cd0f2c0b94ab441b8370a99ae8919df29c889633960a9b6d0' },
  },
  'nq_5m_2019.csv.gz': {
    reference_levels: { rows: 11253, sha256: '9b1c8394a45a90d07e49f56ab6160582fb2b87212ec2e1d35aa510d7ac131bad' },
    fibonacci_pivots: { rows: 2156, sha256: 'a0f2d7b174126b3f880af91fd4431e5aee09b1717b429d5d19d27ff304c40056' },
    liquidity_events: { rows: 2953, sha256: '3ed91f36ad285382e17a36e0da78e4b04f21f43b439e6190cff2f1b66f02dbd8' },
    fvg: { rows: 2399, sha256: 'febc46f877ad2a0d18676147591efb18445cecdde0908a1d7cc5b1debc7a0cc7' },
    hourly_blocks: { rows: 41022, sha256: '0d25d9ea291822f5b04a6a2a630a1d02b6c03db2014a473e64416dcf82ec0dce' },
    market_structure: { rows: 2886, sha256: 'c56b665ee4aabf4b172753f8cb8f7639c9e38ca3fd1522f8bdb4a9178e75ed0f' },
  },
  'nq_5m_2023-03-05_2023-03-17_dst.csv.gz': {
    reference_levels: { rows: 434, sha256: 'de5555d0e300f8f87736a24436d222493d7f1b23f90f43029d153a28a5ace41f' },
    fibonacci_pivots: { rows: 70, sha256: 'e4a7999fc7be0ae0e7667a61c24faf85e496b65069fe10b929b301cac8de9b31' },
    liquidity_events: { rows: 85, sha256: '262d8489222e6993542a00d62f5f071f9812fb7f3149ee300e80cd957445c208' },
    fvg: { rows: 173, sha256: '254adf52b925478fac774b31df4e0f21a3f3902e62b2c43ef24dd67676f14a70' },
    hourly_blocks: { rows: 1589, sha256: '83865e543bb1c99fd27cfeb2fe48fe66c5aa252158cc28cba5c6eedbb6259142' },
    market_structure: { rows: 115, sha256: 'dffcedd322e65d56cc5a31e7740328e7efee2644a7aaad39c6213095067ddce7' },
  },
}

describe.skipIf(!HAS_DATA).each(FILES)(
  'recorded bars (skipped without the data folder): $file',
  ({ file, interval }) => {
    it('give the rows that they always gave', () => {
      const engine = createEngine({ interval })
      engine.feed(readBars(file))
      const changes = engine.takeChanges()
      const found = Object.fromEntries(
        FEATURE_TABLES.map((table) => {
          const lines = changes[table].map((row) => JSON.stringify(toExchange(table, row, 'NQ=F'))).toSorted()
          return [table, { rows: lines.length, sha256: createHash('sha256').update(lines.join('\n')).digest('hex') }]
        }),
      )
      expect(found).toEqual(GOLDEN[file])
    })
  },
)
