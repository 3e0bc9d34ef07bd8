import { testReadmeExample } from '../../../test/support/readme-example.ts'

testReadmeExample(import.meta)
