import { familiarString, parseReference } from '@lading/reference'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { withStore } from './open-store.ts'
import type { GlobalOptions } from '../command-options.ts'

/** The names of images, one a line. Silent about errors: nobody wants them in the middle of a command line. */
export const names: Action<[], GlobalOptions> = async (_given, options, context) => {
  try {
    const images = await withStore({ ...options, readOnly: true }, context, (store) => store.images())
    for (const { name, tag } of images)
      if (tag !== undefined) context.print(familiarString(parseReference(`${name}:${tag}`)))
  } catch {
    return exitCodes.failure
  }
  return exitCodes.ok
}
