/** Where lines of the log go. */
export interface LogSink {
  /** Takes a line with its end. Never throws and never waits. */
  readonly write: (line: string) => void
  /** Opens the target again. */
  readonly reopen?: () => void
  /** Writes what is still held, for a moment at the most. */
  readonly close: () => Promise<void>
}

/** A stream that says how much it still holds. */
export type BufferedStream = NodeJS.WritableStream & { readonly writableLength?: number }

/** As much as a stream may hold for a reader that has stopped to read: some 3,000 lines. */
const MOST_HELD = 1_000_000

/**
 * Lines on a stream of the process. A reader that reads no more holds nothing up: what does not fit is left out until
 * there is room again.
 */
export function streamSink(stream: BufferedStream): LogSink {
  return {
    write(line) {
      if ((stream.writableLength ?? 0) <= MOST_HELD) stream.write(line)
    },
    close: () => Promise.resolve(),
  }
}
