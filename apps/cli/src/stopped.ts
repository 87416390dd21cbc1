/** The reason with which a signal stops a command: carries the exit code of a command that had not finished anything. */
export class StoppedBySignal extends Error {
  override readonly name = 'StoppedBySignal'
  readonly exitCode: number

  constructor(signal: string, exitCode: number) {
    super(`stopped by ${signal}`)
    this.exitCode = exitCode
  }
}
