import { createHmac, randomBytes } from 'node:crypto'

/** What a client of a project signs in with. */
export interface ProjectKeys {
  /** JWT of the role `anon`. */
  readonly anon: string
  /** JWT of the role `service_role`. */
  readonly serviceRole: string
  /** Key of the newer kind that stands for `anon`. */
  readonly publishable: string
  /** Key of the newer kind that stands for `service_role`. */
  readonly secret: string
}

const YEARS_10 = 10 * 365 * 24 * 3_600

/** A JWT signed with HS256, as Supabase's own keys are; by default valid for ten years. */
export function signJwt(secret: string, claims: Readonly<Record<string, unknown>>): string {
  const now = Math.floor(Date.now() / 1_000)
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
  const body = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ iss: 'supabase', iat: now, exp: now + YEARS_10, ...claims })}`
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
}

/** Keys of both generations. */
export function createKeys(secret: string): ProjectKeys {
  return {
    anon: signJwt(secret, { role: 'anon' }),
    serviceRole: signJwt(secret, { role: 'service_role' }),
    publishable: `sb_publishable_${randomBytes(16).toString('base64url')}`,
    secret: `sb_secret_${randomBytes(16).toString('base64url')}`,
  }
}
