import { createRedactor, type Redactor } from '@openpredict/collector'

import { ALL_SETTINGS, type Environment, textOf } from './settings.ts'
import type { Terminal } from './terminal.ts'

/** Variables that hold a secret by their name, ours or not. */
const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|CREDENTIALS?|DSN|WEBHOOK(_URL)?)$/i
/** A variable of every shell that ends like one. */
const NO_SECRETS: readonly string[] = ['PWD', 'OLDPWD']

/**
 * A redactor that knows every secret of this command line: variables that hold one, and the passwords and queries of
 * URLs in settings and in `texts` (flags). A password that is the user's name or the scheme of its URL is none.
 */
export function redactorFor(env: Environment, texts: readonly (string | undefined)[] = []): Redactor {
  const named = Object.entries(env).flatMap(([name, value]) =>
    SECRET_NAME.test(name) && !NO_SECRETS.includes(name) && value !== undefined ? [value.trim()] : [],
  )
  const settings = ALL_SETTINGS.flatMap((setting) => {
    const text = textOf(setting, env)
    return text === undefined ? [] : [{ text, secret: setting.secret === true }]
  })
  const secrets = [
    ...named,
    ...settings.filter(({ secret }) => secret).map(({ text }) => text),
    ...[...settings.map(({ text }) => text), ...named, ...texts].flatMap((text) => secretsInUrl(text ?? '')),
  ]
  return createRedactor({ secrets })
}

/** The same terminal, which prints nothing secret. */
export function discreet(terminal: Terminal, { text: clean }: Redactor): Terminal {
  return {
    ...terminal,
    out: (text) => terminal.out(clean(text)),
    note: (text) => terminal.note(clean(text)),
    spin: (text, work) => terminal.spin(clean(text), work),
  }
}

/** The password and the values of the query of a URL, as written and decoded. */
function secretsInUrl(text: string): readonly string[] {
  const url = URL.parse(text.replace(/^(supabase|sim):(?=[a-z]+:\/\/)/i, ''))
  // What cannot be read as a URL may have its password between the first colon and the last @ all the same.
  if (url === null) {
    const password = /^[a-z][a-z0-9+.-]*:\/\/[^:/@]*:(.+)@/is.exec(text)?.[1]
    return password === undefined ? [] : [password]
  }
  const { username, password, protocol, searchParams } = url
  const found = [password, decoded(password), ...searchParams.values()]
  return found.filter((secret) => secret !== '' && secret !== username && `${secret}:` !== protocol)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
