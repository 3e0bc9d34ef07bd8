import '@lading/errors/needs-node'
export type { ImageStoreSubject } from './subject.ts'
export { testImageStore, type TestFunctions } from './test-image-store.ts'
