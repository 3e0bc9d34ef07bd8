import '@lading/errors/needs-node'
export { failsWith } from './case.ts'
export type { ContentStoreSubject } from './subject.ts'
export { testContentStore, type TestFunctions } from './test-content-store.ts'
