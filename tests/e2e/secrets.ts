/** Distinctive texts that must never be seen again, by what they stand for. */
export const PLANTED = {
  serviceKey: 'eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.PlantedSignature0123456789',
  secretKey: 'sb_secret_PlantedSecretKey_0123456789',
  databasePassword: 'Planted%2FDatabase%20Password',
  yahooPassword: 'PlantedYahooPassword',
  crumb: 'PlantedCrumb0123',
  bearer: 'PlantedBearerToken.abc-def',
  sentryKey: 'plantedsentrypublickey00000000000',
  token: 'PlantedGitHubToken0123456789',
} as const

/** The forms in which they may be seen: as they are, decoded, and the tell-tale word. */
export function plantedIn(text: string): readonly string[] {
  return [...text.matchAll(/.{0,40}planted.{0,40}/gi)].map(([found]) => found)
}

/** An answer of a server in trouble that tells more than it should. */
export function talkativeBody(headers: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    code: 'XX000',
    message: `invalid request: authorization: Bearer ${PLANTED.bearer}, key ${PLANTED.secretKey}, jwt ${PLANTED.serviceKey}`,
    hint: `try postgres://owner:${PLANTED.databasePassword}@db.example/bars?sslpassword=${PLANTED.crumb}`,
    details: { headers, token: PLANTED.token, cause: { password: PLANTED.yahooPassword } },
    error: { description: `crumb=${PLANTED.crumb} password=${PLANTED.yahooPassword}` },
  })
}
