import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT } from '../package-map.ts'

/** Scripts that npm and pnpm have a short name for, or that are theirs. */
const OWN = ['install', 'add', 'changeset', 'vitest', 'ci', 'exec', 'pack', 'view']

/** The commands of `npm`, `pnpm` and `node` in shell blocks of a page, one each, without comments. */
export function npmCommandsOf(page: string): readonly string[] {
  return [...page.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, script = '']) =>
    script
      .replaceAll(/\\\n/g, ' ')
      .replaceAll(/(?:^|\s)#.*$/gm, '')
      .split(/\n|&&|\|\||[|;]/)
      .map((command) => command.trim())
      .filter((command) => /^(?:npm|pnpm|node) /.test(command)),
  )
}

/** Why a command cannot be typed so in a clone; `undefined` when it can. */
export function objectionToNpm(command: string): string | undefined {
  const words = command.split(/\s+/)
  const path = words.find((word, i) => i > 0 && /^(?:packages|examples|tests|scripts|no)\/\S*$/.test(word))
  if (path !== undefined && !existsSync(join(ROOT, path))) return `there is no file ${path}`
  if (words[0] === 'node') return undefined
  const name = words[1] === 'run' ? words[2] : words[1]
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly scripts: Readonly<Record<string, string>>
  }
  if (name === undefined || OWN.includes(name) || name.startsWith('-') || name in scripts) return undefined
  return `package.json has no script ${name}`
}
