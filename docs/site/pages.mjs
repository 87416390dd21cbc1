// What TypeDoc is told about our pages: a page is called by its heading, and stands in the group of its folder; a package
// is called by the name that it is imported by; a link to a folder leads to its README.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

import { Converter, ReflectionKind, StructureRouter } from 'typedoc'

/** The repository's root folder. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const GROUPS = [
  ['docs/concepts/', 'Concepts'],
  ['docs/operations/', 'Operations'],
  ['docs/decisions/', 'Decisions'],
  ['packages/', 'Packages'],
]

/** Called by TypeDoc. */
export function load(app) {
  app.renderer.defineRouter('pages', PagesRouter)
  const register = app.files.register.bind(app.files)
  app.files.register = (file, path) => register(file, readmeOf(file, path))
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, page) => {
    page.frontmatter.group = groupOf(relative(ROOT, page.project.files.getReflectionPath(page)))
    page.name = headingOf(page.content)?.[1].replaceAll('`', '') ?? page.name
  })
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    // The generator writes the project's name above its README itself.
    const heading = headingOf(project.readme ?? [])
    if (heading) project.readme[0].text = heading.input.slice(heading[0].length)
  })
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) module.name = importedAs(module.name)
  })
}

/** Pages keep their place in the repository, whatever their heading says. */
class PagesRouter extends StructureRouter {
  getIdealBaseName(reflection) {
    if (!reflection.isDocument()) return super.getIdealBaseName(reflection)
    return relative(ROOT, reflection.project.files.getReflectionPath(reflection)).replace(/\.md$/, '')
  }
}

/** The match of the heading that a page begins with. */
function headingOf([first]) {
  return first?.kind === 'text' ? /^# (.+)\n+/.exec(first.text) : null
}

function groupOf(file) {
  return GROUPS.find(([folder]) => file.startsWith(folder))?.[1] ?? 'Start'
}

/** A folder that has a README is its README. */
function readmeOf(file, path) {
  const readme = join(path, 'README.md')
  return existsSync(join(dirname(file), readme)) ? readme : path
}

/** `packages/store/src/sqlite` is `@openpredict/store/sqlite`. */
function importedAs(path) {
  const [, folder, inside = ''] = /(?:packages\/)?([\w-]+)\/src(?:\/(.+))?$/.exec(path) ?? []
  if (folder === undefined) return path
  const { name } = JSON.parse(readFileSync(join(ROOT, 'packages', folder, 'package.json'), 'utf8'))
  return inside === '' ? name : `${name}/${inside.replace(/\/index$/, '')}`
}
