import { Chalk, type ChalkInstance } from 'chalk'

const DRAWN_EVERY_MS = 100

/** Where commands print. Results go to `out`, everything else to `note`; machines read `out` alone. */
export interface Terminal {
  /** One line (or several) of results, on standard output. */
  readonly out: (text: string) => void
  /** One line of talk, on standard error. */
  readonly note: (text: string) => void
  /** Standard output itself, whether a person looks at it, and how wide their terminal is. */
  readonly stdout: NodeJS.WritableStream & {
    readonly isTTY?: boolean
    readonly writableLength?: number
    readonly columns?: number
  }
  readonly colour: ChalkInstance
  /**
   * Shows a spinner while `work` runs: on standard error, and only on a terminal. `work` may change its text as often as
   * it likes; it is drawn ten times a second.
   */
  readonly spin: <T>(text: string, work: (show: (text: string) => void) => Promise<T>) => Promise<T>
}

/** What a terminal is made of: the streams of the process, or a test's own. */
export interface TerminalStreams {
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
}

export function createTerminal({ stdout, stderr, env }: TerminalStreams): Terminal {
  const noColour = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb'
  return {
    out: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    stdout,
    colour: new Chalk({ level: stdout.isTTY === true && !noColour ? 2 : 0 }),
    async spin(text, work) {
      // A terminal that says it is 0 wide, as some without a window do, would be cleared for ever.
      if (stderr.isTTY !== true || stderr.columns === 0) return await work(() => {})
      const { default: ora } = await import('ora')
      const color = noColour ? false : 'cyan'
      const spinner = ora({ text, stream: stderr, color, discardStdin: false, interval: DRAWN_EVERY_MS }).start()
      try {
        return await work((next) => {
          spinner.text = next
        })
      } finally {
        spinner.stop()
      }
    },
  }
}
