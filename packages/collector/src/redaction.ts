/** What stands where a secret stood. */
const HIDDEN = '•••'
/** Shorter texts are words as a rule, and taking them out would make nonsense of a message. */
const SHORTEST = 6
const DEEPEST = 8

/** Takes secrets out of what people and machines will read. */
export interface Redactor {
  /** A text without secrets. */
  readonly text: (text: string) => string
  /**
   * A copy of anything, made of plain objects, arrays and values: without secrets in its texts, without the values of
   * properties named like secrets, with errors as objects of their name, message, stack, cause and further properties.
   */
  readonly value: (value: unknown) => unknown
}

/** What secrets look like wherever they stand, and what is left of them. The order matters: the longest first. */
const PATTERNS: readonly (readonly [pattern: RegExp, left: string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, HIDDEN],
  // User and password of a URL, up to the last @: passwords hold any character. Our own help shows what goes there.
  [/\b([A-Za-z][A-Za-z0-9+.-]*:\/\/)(?!USER:PASSWORD@HOST|KEY@HOST)[^\s"'<>]*@/g, `$1${HIDDEN}@`],
  [/\b(hooks\.slack\.com\/)[^\s"'<>]+/gi, `$1${HIDDEN}`],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]+/gi, `$1?${HIDDEN}`],
  // The same of a URL without its host.
  [/(\/[^\s?"'<>]*)\?[\w.~%+-]+=[^\s"'<>]*/g, `$1?${HIDDEN}`],
  // A header, up to the end of the line or of its quotes.
  [/\b((?:proxy-)?authorization|x-api-key|apikey|(?:set-)?cookie)(["']?\s*[:=]\s*["']?)[^"'\r\n}]+/gi, `$1$2${HIDDEN}`],
  [/\b(bearer)\s+[\w.~+/=-]{6,}/gi, `$1 ${HIDDEN}`],
  [/\b(basic)\s+(?=[a-z+/]*[\d=])[\w+/]{8,}={0,2}/gi, `$1 ${HIDDEN}`],
  [/\bsb_(secret|publishable)_[\w-]{4,}/g, `sb_$1_${HIDDEN}`],
  [/\beyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*)?/g, HIDDEN],
  [/\b(?:gh[pousr]_\w{16,}|github_pat_\w{16,}|xox[a-z]-[\w-]{8,}|AKIA[0-9A-Z]{12,}|sk_(?:live|test)_\w{8,})/g, HIDDEN],
  // NAME=value and "name": "value".
  [
    /((?:password|passwd|passphrase|pwd|secret|token|credentials?|(?:api|access|private|secret|routing)[-_ ]?key|[a-z][-_]key|dsn)["']?\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s,;&)}\]]+)/gi,
    `$1${HIDDEN}`,
  ],
]

/** One of these is in whatever the patterns find: most texts have none, and are done with at once. */
const MARKS =
  /:\/\/|\?|eyJ|sb_|-----|key|token|secret|pass|pwd|cookie|authorization|bearer|basic|dsn|credential|slack|xox|gh[a-z]_|github_pat|AKIA|sk_/i

const SECRET_NAME =
  /pass(word|wd|phrase)?$|pwd$|secret|token$|credential|(api|access|private|routing)[-_]?key$|[a-z][-_]key$|^authorization$|^(set-)?cookie$|dsn$/i

/**
 * Makes a redactor: knows the forms that secrets have (passwords and queries of URLs, keys, JWTs, tokens, headers,
 * `NAME=value`), and the `secrets` themselves (those shorter than six characters are left to the forms).
 *
 * @example
 * ```ts
 * const { text } = createRedactor({ secrets: ['correct horse'] })
 * text('postgres://me:correct%20horse@db:5432/bars refused "correct horse"')
 * // => 'postgres://•••@db:5432/bars refused "•••"'
 * ```
 */
export function createRedactor({ secrets = [] }: { readonly secrets?: readonly string[] } = {}): Redactor {
  const known = formsOf(secrets)
  const text = (input: string): string => {
    let output = input
    for (const secret of known) output = output.replaceAll(secret, HIDDEN)
    if (!MARKS.test(output)) return output
    for (const [pattern, left] of PATTERNS) output = output.replace(pattern, left)
    return output
  }
  return { text, value: (value) => plain(value, text, []) }
}

/** Takes out of a text what has the form of a secret. */
export const redactForms: (text: string) => string = createRedactor().text

/** The secrets as they stand in texts, in URLs and in JSON, the longest first. */
function formsOf(secrets: readonly string[]): readonly string[] {
  const forms = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .map((secret) => secret.toWellFormed())
    .flatMap((secret) => [secret, encodeURIComponent(secret), encodeURI(secret), JSON.stringify(secret).slice(1, -1)])
  return [...new Set(forms)].toSorted((a, b) => b.length - a.length)
}

function plain(value: unknown, text: (text: string) => string, above: readonly unknown[]): unknown {
  switch (typeof value) {
    case 'string':
      return text(value)
    case 'bigint':
    case 'symbol':
      return text(String(value))
    case 'function':
      return undefined
    case 'object':
      break
    default:
      return value
  }
  if (value === null) return null
  if (above.includes(value)) return '(circular)'
  if (above.length >= DEEPEST) return '(deeper)'
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof URL) return text(value.href)
  const inner = [...above, value]
  if (Array.isArray(value)) return value.map((item) => plain(item, text, inner))
  const names = new Set(Object.keys(value))
  if (value instanceof Error) for (const name of ['name', 'message', 'stack', 'cause']) names.add(name)
  const copy: Record<string, unknown> = {}
  for (const name of names) {
    const property = read(value, name)
    if (property === undefined) continue
    const isSecret = SECRET_NAME.test(name) && (typeof property === 'string' || typeof property === 'number')
    copy[text(name)] = isSecret ? HIDDEN : plain(property, text, inner)
  }
  return copy
}

/** A property; `undefined` where reading it fails. */
function read(object: object, name: string): unknown {
  try {
    return (object as Record<string, unknown>)[name]
  } catch {
    return undefined
  }
}
