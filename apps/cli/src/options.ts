import { instrumentOf, type Interval, parseInstant, parseInterval } from '@openpredict/market'
import { InvalidArgumentError, Option } from 'commander'

/** Wraps a parser of the market package, so that a bad value is refused with the option's name. */
function parsed<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text)
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
  }
}

/** `--symbol S` (alias `--instrument S`), given once. */
export function symbolOptions(): readonly [Option, Option] {
  const parse = parsed((text) => instrumentOf(text).symbol)
  return [
    new Option(
      '-s, --symbol <symbol>',
      "the instrument, as Yahoo writes it (default: $INSTRUMENT or 'NQ=F')",
    ).argParser(parse),
    new Option('--instrument <symbol>', 'the same as --symbol').argParser(parse).hideHelp(),
  ]
}

/** `--symbol S` given any number of times; `unnamed` says which instruments are meant where it is not. */
export function symbolsOptions(unnamed = "$INSTRUMENT or 'NQ=F'"): readonly [Option, Option] {
  const parse = parsed((text) => instrumentOf(text).symbol)
  const collect = (text: string, previous: readonly string[] | undefined): readonly string[] => [
    ...(previous ?? []),
    parse(text),
  ]
  return [
    new Option(
      '-s, --symbol <symbol>',
      `an instrument, as Yahoo writes it; may be repeated (default: ${unnamed})`,
    ).argParser(collect),
    new Option('--instrument <symbol>', 'the same as --symbol').argParser(collect).hideHelp(),
  ]
}

export function storeOption(): Option {
  return new Option(
    '--store <url>',
    "where rows are kept: sqlite:PATH, postgres://USER:PASSWORD@HOST/DATABASE or supabase:https://PROJECT.supabase.co (default: $OPENPREDICT_STORE, $SUPABASE_URL, $DATABASE_URL or 'sqlite:openpredict.sqlite' in this folder)",
  )
}

export function mirrorOption(): Option {
  return new Option(
    '--mirror <file>',
    "with a remote store: the SQLite file from which rows are delivered to it (default: $OPENPREDICT_MIRROR or 'openpredict-mirror.sqlite' in this folder)",
  )
}

export function jsonOption(): Option {
  return new Option('--json', 'print JSON for machines on standard output, and nothing else there')
}

export function instantOption(flags: string, description: string): Option {
  return new Option(flags, `${description} (ISO-8601, UTC without a zone)`).argParser(parsed(parseInstant))
}

export function barIntervalOption(): Option {
  const parse: (text: string) => Interval = parsed(parseInterval)
  return new Option('--interval <interval>', 'the length of the bars').argParser(parse).default('1m' satisfies Interval)
}

/** A whole number of at least `least`. */
export function countOption(flags: string, description: string, least = 1): Option {
  return new Option(flags, description).argParser(
    parsed((text) => {
      const count = Number(text)
      if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count >= least) return count
      throw new Error(`expected a whole number of ${least} or more`)
    }),
  )
}

const MINUTE = 60_000
const DAY = 86_400_000

/** An age in days or weeks, such as `400d`, as ms; at least `leastDays`. */
export function ageOption(flags: string, description: string, leastDays: number): Option {
  return new Option(flags, description).argParser(
    parsed((text) => {
      const [, count = '', unit = ''] = /^(\d{1,6})([dw])$/.exec(text) ?? []
      const days = Number(count) * (unit === 'w' ? 7 : 1)
      if (unit !== '' && days >= leastDays) return days * DAY
      throw new Error(`expected days or weeks such as 400d or 60w, at least ${leastDays}d`)
    }),
  )
}

const UNITS = { s: 1_000, m: MINUTE, h: 60 * MINUTE, d: DAY, w: 7 * DAY } as const

/** A length of time such as `90s`, `15m`, `1h`, `7d` or `2w`, as ms; above 0. */
export function durationOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(
    parsed((text) => {
      const [, count = '', unit = ''] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
      const ms = Number(count) * (UNITS[unit as keyof typeof UNITS] ?? 0)
      if (ms > 0) return ms
      throw new Error('expected a length of time such as 90s, 15m, 1h, 7d or 2w')
    }),
  )
}

/** How long answers of the simulator take: `default` as over the internet, else so many milliseconds. */
export type Latency = 'default' | number

/** `--latency MS|default`. */
export function latencyOption(description: string): Option {
  return new Option(
    '--latency <ms>',
    `${description}; "default": as over the internet, half of them 350 ms and more, one in a hundred 1.5 s`,
  ).argParser(
    parsed((text): Latency => {
      if (text === 'default') return text
      const ms = Number(text)
      if (/^\d+$/.test(text) && ms <= MINUTE) return ms
      throw new Error('expected whole milliseconds from 0 to 60000, or default')
    }),
  )
}

/** A number above 0. */
export function positiveOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser(
    parsed((text) => {
      const value = Number(text)
      if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value
      throw new Error('expected a number above 0')
    }),
  )
}
