export type { StoreFixture } from './fixture.ts'
export { testStore } from './test-store.ts'
