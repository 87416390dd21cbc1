import { PassThrough } from 'node:stream'

import { runCli } from '../../apps/cli/src/cli.ts'
import { createTerminal } from '../../apps/cli/src/terminal.ts'
import { timer } from '../e2e/world.ts'

/** A command of `openpredict` as somebody is told to type it: its words, the program itself left out. */
export type CommandLine = readonly string[]

/** Where arguments begin: after the installed program, the shell function `op INSTANCE` of the runbooks, `openpredict`, or `npm start --`. */
const PROGRAM =
  /(?:\.bin\/openpredict"?|^\s*op [a-z]+|^\s*(?:\w+=(?:'[^']*'|\S*)\s+)*openpredict|\bexec collector openpredict|^\s*npm start --)(?=\s)/

/** The commands of `openpredict` in shell blocks of a Markdown page. */
export function commandLinesOf(page: string): readonly CommandLine[] {
  return [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, script = '']) => commandLinesIn(script))
}

/** The commands of `openpredict` in a script or in a line of a unit. */
export function commandLinesIn(script: string): readonly CommandLine[] {
  return (
    script
      .replaceAll(/\\\n/g, ' ')
      .replaceAll(/(?:^|\s)#.*$/gm, '')
      .replaceAll(/\$+\([^)]*\)/g, 'X')
      .split(/\n|&&|\|\||[|;<>]/)
      .flatMap((command) => {
        const found = PROGRAM.exec(command)
        return found === null ? [] : [wordsOf(command.slice(found.index + found[0].length))]
      })
      // The function itself hands on what it is given.
      .filter(([first = '--', , third]) => (first === '--env-file' ? third !== '${@:2}' : !first.startsWith('--')))
  )
}

function wordsOf(text: string): CommandLine {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|[^\s'"]+/g)].map(([word, single, double]) => single ?? double ?? word)
}

/** Why a command cannot be typed so; `undefined` when it can. */
export async function objectionTo(line: CommandLine): Promise<string | undefined> {
  const words = line[0] === '--env-file' ? line.slice(2) : line
  const [name = '', child = ''] = words
  let help = await helpOf([name])
  if (help === undefined) return `there is no command ${name}`
  if (/^Commands:$/m.test(help)) {
    help = await helpOf([name, child])
    if (help === undefined) return `there is no command ${name} ${child}`
  }
  const flags = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.replace(/=.*$/, ''))
  // An option of the program itself, which it takes anywhere.
  const unknown = flags.find(
    (flag) => flag !== '--env-file' && !new RegExp(`(^|[\\s,])${flag}(?=[\\s,])`, 'm').test(help),
  )
  return unknown === undefined ? undefined : `${name} has no ${unknown}`
}

const pages = new Map<string, Promise<string | undefined>>()

/** The page that `--help` prints; `undefined` for a command that does not exist. */
function helpOf(command: CommandLine): Promise<string | undefined> {
  const key = command.join(' ')
  const page = pages.get(key) ?? askForHelp(command)
  pages.set(key, page)
  return page
}

async function askForHelp(command: CommandLine): Promise<string | undefined> {
  const stream = new PassThrough()
  let text = ''
  stream.on('data', (data: Buffer) => (text += data.toString()))
  const code = await runCli([...command, '--help'], {
    env: {},
    clock: timer,
    timer,
    terminal: createTerminal({ stdout: stream, stderr: stream, env: {} }),
    signal: new AbortController().signal,
    onHangup: () => () => {},
    onExit: () => () => {},
    onCrash: () => () => {},
    host: '',
    version: '0.0.0',
  })
  // Parents answer for children that they do not have.
  return code === 0 && new RegExp(`^Usage: openpredict ${command.join(' ')}\\b`, 'm').test(text) ? text : undefined
}
