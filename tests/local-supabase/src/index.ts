export { unavailable } from './binaries.ts'
export { localSupabase } from './in-tests.ts'
export { type ProjectKeys, signJwt } from './keys.ts'
export { type LocalDatabase, type LocalProject, LocalSupabase } from './orders.ts'
