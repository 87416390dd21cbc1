// Builds the documentation site into `site/`, from the pages of docs/ and the docstrings of the packages. Nothing is
// asked of the network. A warning, such as a link that leads nowhere, is a failure.
import { join } from 'node:path'
import process from 'node:process'

import { Application } from 'typedoc'

import { load, ROOT } from './pages.mjs'

const started = performance.now()
const app = await Application.bootstrapWithPlugins({
  options: join(ROOT, 'docs', 'site', 'typedoc.json'),
  plugin: [load],
})
const project = await app.convert()
if (project === undefined) process.exit(1)
app.validate(project)
await app.generateOutputs(project)
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1)
const seconds = ((performance.now() - started) / 1000).toFixed(1)
process.stdout.write(`The site is built (${seconds} s). Open ${join(ROOT, 'site', 'index.html')}\n`)
