import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'

import { ROOT } from '../package-map.ts'

/** A ```ts block of a docstring or a page that can be run. */
export interface Example {
  readonly file: string
  readonly line: number
  readonly code: string
}

const FENCE = /^([ \t]*(?:\*[ \t]?)?)```ts\n([\s\S]*?)^[ \t]*(?:\*[ \t]?)?```/gm
const JAVASCRIPT = /^```js\n([\s\S]*?)^```$/gm
const IMPORT = /^import \{([^}]*)\} from '([^']+)'.*$/gm

/** The ```ts blocks of a file: those of docstrings in TypeScript, all of them in Markdown. */
export function examplesOf(file: string): readonly Example[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return [...text.matchAll(FENCE)].map((match) => ({
    file,
    line: text.slice(0, match.index).split('\n').length,
    code: (match[2] ?? '')
      .split('\n')
      .map((line) => line.replace(/^[ \t]*\*[ \t]?/, ''))
      .join('\n'),
  }))
}

/** Makes an example a script: imports become look-ups, `expression // => value` becomes an assertion. */
export function scriptOf(code: string): string {
  const lines = code.split('\n')
  const script: string[] = []
  for (const line of lines) {
    const expected = /^(.*?)\s*\/\/ => (.+)$/.exec(line)
    if (expected === null) {
      script.push(line.replace(/^import (?:type )?\{([^}]*)\} from ('[^']+')/, importLine))
      continue
    }
    const [, before = '', value = ''] = expected
    const expression = before.trim() === '' ? (script.pop() ?? '') : before
    const declared = /^\s*(?:const|let)\s+(\w+)\s*=/.exec(expression)
    if (declared) script.push(expression, `expectEqual(${declared[1]}, ${value})`)
    else script.push(`expectEqual(${expression.trim().replace(/;$/, '')}, ${value})`)
  }
  return (
    stripTypeScriptTypes(`async function example() {\n${script.join('\n')}\n}`, { mode: 'transform' }) +
    '\nreturn example()'
  )
}

function importLine(_: string, names: string, specifier: string): string {
  const values = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
    .map((name) => name.replace(/ as /, ': '))
  return `const { ${values.join(', ')} } = await load(${specifier})`
}

/** What a ```js block imports: names, and from where. */
interface Import {
  readonly specifier: string
  readonly names: readonly string[]
}

/** A ```js block of a page, which needs what a test does not have: only its grammar and its imports can be held. */
export interface Sketch {
  readonly file: string
  readonly line: number
  readonly imports: readonly Import[]
  /** The code without its imports. */
  readonly body: string
}

/** The ```js blocks of a page. */
export function sketchesOf(file: string): readonly Sketch[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return [...text.matchAll(JAVASCRIPT)].map(({ 1: code = '', index }) => ({
    file,
    line: text.slice(0, index).split('\n').length,
    imports: [...code.matchAll(IMPORT)].map(([, names = '', specifier = '']) => ({
      specifier,
      names: names.split(',').map((name) => name.trim().replace(/ as .*/, '')),
    })),
    body: code.replaceAll(IMPORT, ''),
  }))
}
