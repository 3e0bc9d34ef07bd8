import { familiarString, withDefaultTag, type Reference } from '@lading/reference'
import { createPins } from '@lading/serve'
import { CliError } from '../cli-error.ts'
import type { GlobalOptions } from '../command-options.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { eachTerm } from './each-term.ts'
import { withStore } from './open-store.ts'
import { givenReference } from './given-reference.ts'

export const pin: Action<[references: readonly string[]], GlobalOptions> = ([terms], options, context) =>
  withStore(options, context, (store) =>
    eachTerm(terms, context, async (term) => {
      const reference = pinned(term)
      await createPins(store.served).add(reference)
      context.print(familiarString(reference))
    }),
  )

export const unpin: Action<[references: readonly string[]], GlobalOptions> = ([terms], options, context) =>
  withStore(options, context, (store) =>
    eachTerm(terms, context, async (term) => {
      const reference = pinned(term)
      if (!(await createPins(store.served).remove(reference)))
        throw new CliError('NOT_PINNED', `${familiarString(reference)} is not pinned`, {
          hint: 'lading pins lists what is',
        })
      context.print(familiarString(reference))
    }),
  )

export const pins: Action<[], GlobalOptions & { readonly json?: boolean | undefined }> = async (
  _,
  options,
  context,
) => {
  const all = await withStore({ ...options, readOnly: true }, context, (store) => createPins(store.served).list())
  if (options.json === true) context.print(jsonText(all.map(String)))
  else if (all.length === 0)
    context.terminal.write('Nothing is pinned: lading pin NAME keeps it in the cache of lading serve\n')
  else for (const reference of all) context.print(familiarString(reference))
  return exitCodes.ok
}

/** With a digest the digest decides, and a tag beside it says nothing. */
const pinned = (text: string): Reference => withDefaultTag(givenReference(text))
