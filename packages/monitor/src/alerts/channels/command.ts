import { notificationJson } from '../notification-text.ts'
import { type Channel, ChannelError } from './channel.ts'
import { type DeliveryOptions, withRetries } from './deliver.ts'

/** Runs a program with these arguments and no shell, gives it the text on its standard input, and ends it when the signal aborts. */
export type RunCommand = (
  argv: readonly [string, ...string[]],
  input: string,
  signal: AbortSignal,
) => Promise<{ /** `null`: ended by a signal. */ readonly code: number | null }>

/** Starts a program for each notification: JSON on its standard input, no shell. It has told when it ends with 0. */
export function createCommandChannel(
  {
    name,
    argv,
    source,
  }: { readonly name: string; readonly argv: readonly [string, ...string[]]; readonly source: string },
  { run, ...options }: DeliveryOptions & { readonly run: RunCommand },
): Channel {
  return {
    name,
    async send(notification, signal) {
      const input = `${JSON.stringify(notificationJson(notification, source))}\n`
      await withRetries((stop) => runOnce(argv, input, run, stop), options, signal)
    },
  }
}

async function runOnce(
  argv: readonly [string, ...string[]],
  input: string,
  run: RunCommand,
  signal: AbortSignal,
): Promise<void> {
  let code: number | null
  try {
    ;({ code } = await run(argv, input, signal))
  } catch (error) {
    signal.throwIfAborted()
    const reason = (error as { readonly code?: unknown }).code
    const why = typeof reason === 'string' ? reason : 'unknown'
    throw new ChannelError(`the command could not be run (${why})`, { isRetryable: why === 'EAGAIN' })
  }
  signal.throwIfAborted()
  if (code !== 0) throw new ChannelError(`the command ended with ${code ?? 'a signal'}`, { isRetryable: true })
}
