import '@lading/errors/needs-node'
export type { ContentPlace, ContentSubject } from './place.ts'
export { testContent, type TestFunctions } from './test-content.ts'
