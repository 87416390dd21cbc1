import { InvalidArgumentError, Option } from 'commander'

/** How the user says that a CSV file tells time. */
export interface CsvFlags {
  readonly timezone?: string
  readonly stamp?: 'open' | 'close'
}

/** `--timezone ZONE` and `--stamp open|close`. */
export function csvOptions(): readonly [Option, Option] {
  return [
    new Option(
      '--timezone <zone>',
      "the zone of times that name none, such as America/New_York (default: 'UTC')",
    ).argParser(parseTimeZone),
    new Option('--stamp <which>', "what bars are stamped with (default: 'open')").choices(['open', 'close']),
  ]
}

/** What the flags say, for the reader of the file. */
export function csvDialect({ timezone, stamp }: CsvFlags): {
  readonly timeZone?: string
  readonly stamp?: 'open' | 'close'
} {
  return { ...(timezone === undefined ? {} : { timeZone: timezone }), ...(stamp === undefined ? {} : { stamp }) }
}

function parseTimeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw new InvalidArgumentError(`"${text}" is not a time zone: expected an IANA name such as America/New_York`)
  }
}
