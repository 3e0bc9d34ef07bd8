import '@lading/errors/needs-node'
export type { ReferenceStoreSubject } from './subject.ts'
export { testReferenceStore, type TestFunctions } from './test-reference-store.ts'
