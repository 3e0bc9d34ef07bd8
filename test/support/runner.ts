import { pathToFileURL } from 'node:url'
import { TestRunner } from 'vitest'

/**
 * Imports test files under their own names. Vitest's own runner puts the time behind each name, under which Node would keep
 * what it has compiled of the file, at every run, and never find it again.
 */
export default class PlainRunner extends TestRunner {
  override importFile(path: string): Promise<unknown> {
    return import(pathToFileURL(path).href)
  }
}
