import { LadingError, nameErrors } from '@lading/errors'

/** What a person who writes a test can get wrong. The registry itself answers over HTTP and throws nothing. */
export type TestRegistryErrorCode =
  | 'NAME_INVALID'
  | 'IMAGE_INVALID'
  | 'FAULT_INVALID'
  | 'CERTIFICATE_INVALID'
  | 'OPTION_INVALID'
  | 'LISTEN_FAILED'
  | 'REQUEST_FAILED'
  | 'STORAGE_INVALID'
  | 'ASSERTION_FAILED'

export class TestRegistryError extends LadingError<TestRegistryErrorCode> {}
nameErrors(TestRegistryError, 'TestRegistryError')
