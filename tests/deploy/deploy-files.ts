import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parse } from 'yaml'

import { ROOT } from '../package-map.ts'

/** The folder that is taken to servers. */
export const DEPLOY: string = join(ROOT, 'deploy')

/** Reads a file of it. */
export function readDeploy(...names: readonly string[]): string {
  return readFileSync(join(DEPLOY, ...names), 'utf8')
}

/** Reads a YAML file of it; `<<` merges, as Compose has it. */
export function readYaml(...names: readonly string[]): unknown {
  return parse(readDeploy(...names), { merge: true }) as unknown
}

/** The unit files, without their drop-ins. */
export function unitFiles(): readonly string[] {
  return readdirSync(join(DEPLOY, 'systemd')).filter((name) => /\.(service|timer)$/.test(name))
}
