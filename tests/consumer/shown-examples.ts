import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { ROOT } from '../package-map.ts'

/** An example, and what examples/README.md says that it prints. */
export interface ShownExample {
  readonly file: string
  readonly prints: string
}

const SHOWN = /```sh\nnode --conditions=@openpredict\/source examples\/(\S+)\n```\n\n```text\n([\s\S]*?)```/g

/** The examples of examples/README.md, in its order. */
export function shownExamples(): readonly ShownExample[] {
  const page = readFileSync(join(ROOT, 'examples', 'README.md'), 'utf8')
  return [...page.matchAll(SHOWN)].map(([, file = '', prints = '']) => ({ file, prints }))
}
