import { testInBrowser } from '../../../test/support/browser-tests.ts'
import { results } from './support/results.ts'

testInBrowser(results, import.meta.url)
