import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { TestRegistryError } from '../error.ts'

/** @param what for the message: `fault script` */
export async function readText(path: string, what: string): Promise<string> {
  try {
    return path === '-' ? await text(process.stdin) : await readFile(path, 'utf8')
  } catch (cause) {
    throw new TestRegistryError('OPTION_INVALID', `cannot read the ${what} ${path}`, {
      cause,
      path,
      hint: 'give the path of a file',
    })
  }
}
