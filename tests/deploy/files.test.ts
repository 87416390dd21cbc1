import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

import { describe, expect, it } from 'vitest'

import { ALL_SETTINGS } from '../../apps/cli/src/settings.ts'
import { ROOT } from '../package-map.ts'
import { commandLinesIn, commandLinesOf, objectionTo } from './command-lines.ts'
import { DEPLOY, readDeploy, readYaml, unitFiles } from './deploy-files.ts'

describe('every command that somebody is told to type exists, with its flags', () => {
  const folder = join(ROOT, 'docs', 'operations')

  it('on pages that all are in their index', () => {
    const index = readFileSync(join(folder, 'README.md'), 'utf8')
    const listed = [...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name)
    const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md')
    expect(new Set(listed)).toEqual(new Set(pages))
  })

  it.each(readdirSync(folder))('in docs/operations/%s', async (name) => {
    const lines = commandLinesOf(readFileSync(join(folder, name), 'utf8'))
    const objections = await Promise.all(lines.map(async (line) => [line.join(' '), await objectionTo(line)] as const))
    expect(objections.filter(([, objection]) => objection !== undefined)).toEqual([])
  })

  it.each(unitFiles().filter((name) => name.endsWith('.service')))('in %s', async (name) => {
    const unit = readDeploy('systemd', name)
    const flags = /RUN_FLAGS=([^"\n]*)/.exec(unit)?.[1] ?? ''
    const [line = []] = commandLinesIn((unit.match(/^ExecStart=.*$/m)?.[0] ?? '').replace('$RUN_FLAGS', flags))
    expect(line).not.toEqual([])
    expect(await objectionTo(line)).toBeUndefined()
  })

  it('notices what does not exist', async () => {
    const script = "A='b c' openpredict db backup F && /opt/x/.bin/openpredict run-loop --no-such\nop staging no-such\n"
    const lines = commandLinesOf(`\`\`\`sh\n${script}\`\`\`\n`)
    expect(lines).toEqual([['db', 'backup', 'F'], ['run-loop', '--no-such'], ['no-such']])
    expect(await Promise.all(lines.map(objectionTo))).toEqual([
      undefined,
      'run-loop has no --no-such',
      'there is no command no-such',
    ])
    expect(await objectionTo(['db', 'restore'])).toBe('there is no command db restore')
  })
})

describe.each(['production', 'staging'])('%s.env.example', (name) => {
  const text = readDeploy('env', `${name}.env.example`)
  const known = new Map(ALL_SETTINGS.map((setting) => [setting.name, setting]))

  it('names settings that there are, with values that they take', () => {
    // What is commented out is meant to be taken in.
    const entries = Object.entries(parseEnv(text.replaceAll(/^#(?=[A-Z_]+=)/gm, '')))
    expect(entries.length).toBeGreaterThan(10)
    // An unknown name has no value, neither has one that is refused.
    expect(entries.filter(([variable, value = '']) => known.get(variable)?.parse(value) === undefined)).toEqual([])
  })

  it('keeps to the folders that its unit gives it', () => {
    const env = parseEnv(text)
    expect(env['OPENPREDICT_STORE']).toBe(`sqlite:/var/lib/openpredict/${name}/openpredict.sqlite`)
    expect(env['LOG_FILE']).toBe(`/var/log/openpredict/${name}.log`)
    expect(text).not.toContain(name === 'staging' ? '/production' : '/staging')
  })
})

/** What is read of a Compose file. */
interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes: Readonly<Record<string, unknown>>
  readonly configs: Readonly<Record<string, { readonly content: string }>>
}

interface ComposeService {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly configs?: readonly { readonly source: string }[]
  readonly depends_on?: Readonly<Record<string, unknown>>
}

describe('the container', () => {
  const compose = readYaml('docker', 'compose.yaml') as Compose
  const services = Object.entries(compose.services)
  const dockerfile = readDeploy('docker', 'Dockerfile')
  const own = services.filter(([, { build }]) => build !== undefined)

  it('is built from files that there are', () => {
    expect(own.map(([name]) => name)).toEqual(['migrate', 'collector'])
    for (const [, { build }] of own) {
      const context = join(DEPLOY, 'docker', build?.context ?? '')
      expect(context).toBe(join(ROOT, '.'))
      expect(existsSync(join(context, build?.dockerfile ?? ''))).toBe(true)
    }
    expect(dockerfile).toContain('RUN deploy/pack.sh ')
  })

  it('refers to nothing that is not there', () => {
    const declared = [
      ...Object.keys(compose.volumes),
      ...Object.keys(compose.configs),
      ...Object.keys(compose.services),
    ]
    const asked = services.flatMap(([, { volumes = [], configs = [], depends_on: needed = {} }]) => [
      ...volumes.map((volume) => volume.split(':')[0] ?? ''),
      ...configs.map(({ source }) => source),
      ...Object.keys(needed),
    ])
    expect(asked.length).toBeGreaterThan(8)
    const isThere = (source: string): boolean =>
      source.startsWith('.') ? existsSync(join(DEPLOY, 'docker', source)) : declared.includes(source)
    expect(asked.filter((source) => !isThere(source))).toEqual([])
  })

  it('runs commands that there are, with settings that there are, as nobody in particular', async () => {
    const [, json = '[]'] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? []
    const commands = [
      JSON.parse(json) as string[],
      ...own.flatMap(([, { command }]) => (command === undefined ? [] : [command])),
    ]
    expect(commands).toHaveLength(2)
    expect(await Promise.all(commands.map(objectionTo))).toEqual([undefined, undefined])
    const known = ALL_SETTINGS.map(({ name }) => name)
    for (const [, { environment = {} }] of own)
      for (const name of Object.keys(environment)) expect(known).toContain(name)
    const stage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
    expect(stage).toMatch(/^USER node$/m)
    expect(
      stage
        .match(/^\s+OPENPREDICT_\w+/gm)
        ?.map((name) => name.trim())
        .every((name) => known.includes(name)),
    ).toBe(true)
  })
})
