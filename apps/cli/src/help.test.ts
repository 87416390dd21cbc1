import { PassThrough } from 'node:stream'

import { createManualClock } from '@openpredict/market'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'

import { testServices } from '../test/services.ts'
import { createProgram } from './cli.ts'

const stdout = new PassThrough()
const clock = createManualClock(0)
const services = testServices({ clock, stdout })
const program = createProgram(services, () => Promise.resolve())

interface Named {
  readonly path: string
  readonly command: Command
}

function below(command: Command, path: string): readonly Named[] {
  return command.commands.flatMap((child) => [
    { path: `${path} ${child.name()}`, command: child },
    ...below(child, `${path} ${child.name()}`),
  ])
}

const COMMANDS = [{ path: 'openpredict', command: program }, ...below(program, 'openpredict')]

/** The whole help, as --help prints it. */
function helpOf(command: Command): string {
  stdout.read()
  command.outputHelp()
  return String(stdout.read())
}

describe.each(COMMANDS)('the help of $path', ({ path, command }) => {
  const help = helpOf(command)

  it('says what the command does, and each of its options and arguments', () => {
    expect(command.description()).toMatch(/\w{3}/)
    for (const option of command.createHelp().visibleOptions(command)) {
      expect({ option: option.flags, about: option.description }).toEqual({
        option: option.flags,
        about: expect.stringMatching(/\w{3}/) as string,
      })
    }
    for (const argument of command.registeredArguments) expect(argument.description).toMatch(/\w{3}/)
  })

  it('has an example of this very command', () => {
    const examples = help.split('\n').filter((line) => /^\s+\$ /.test(line))
    expect(examples.filter((line) => line.includes(path)).length).toBeGreaterThan(0)
  })

  it('says with which code a command ends', () => {
    expect(/^Exit codes:$/m.test(help)).toBe(command.commands.length === 0 || command === program)
  })

  it('fits on a page: no line of ours is wider than 120 columns', () => {
    expect(help.split('\n').filter((line) => Array.from(line).length > 120)).toEqual([])
  })
})

describe('the help', () => {
  it('names the variables that count where an option is not given', () => {
    const status = COMMANDS.find(({ path }) => path === 'openpredict status')
    const help = status === undefined ? '' : helpOf(status.command)
    expect(help).toMatch(/^Environment:\n( {2}[A-Z_]+ .*\n)*/m)
    expect(help).toMatch(/^ {2}OPENPREDICT_STORE +where rows are kept$/m)
    expect(help).toMatch(/^ {2}SUPABASE_KEY +\w/m)
    expect(help).not.toMatch(/^ {2}LOG_FILE/m)
  })
})
