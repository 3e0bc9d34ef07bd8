import { withDefaultTag } from '@lading/reference'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { withStore } from './open-store.ts'
import type { GlobalOptions } from '../command-options.ts'
import { assertNotReserved, givenReference } from './given-reference.ts'

export const tag: Action<[source: string, target: string], GlobalOptions> = async (
  [source, target],
  options,
  context,
) => {
  const reference = withDefaultTag(givenReference(target))
  assertNotReserved(source)
  await withStore(options, context, (store) => store.tag(source, reference, { signal: context.signal }))
  return exitCodes.ok
}
