import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { PICTURES } from '../../scripts/docs/pictures.ts'
import { ROOT } from '../package-map.ts'

const FOLDER = join(ROOT, 'docs', 'pictures')

describe('the pictures', () => {
  it('are those that are drawn', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(Object.keys(PICTURES).map((name) => `${name}.svg`))
  })

  it.each(Object.entries(PICTURES))('%s is what the calculators say today', async (name, draw) => {
    await expect(draw()).toMatchFileSnapshot(join(FOLDER, `${name}.svg`))
  })

  it.each(Object.keys(PICTURES))('%s is shown on its page', (name) => {
    const page = readFileSync(join(ROOT, 'docs', 'concepts', `${name}.md`), 'utf8')
    expect(page).toMatch(new RegExp(`^!\\[[^\\]]+\\]\\(\\.\\./pictures/${name}\\.svg\\)$`, 'm'))
  })
})
