import { parseReference, withDefaultTag } from '@lading/reference'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { withStore } from './open-store.ts'
import type { GlobalOptions } from '../command-options.ts'

export const tag: Action<[source: string, target: string], GlobalOptions> = async (
  [source, target],
  options,
  context,
) => {
  const reference = withDefaultTag(parseReference(target))
  await withStore(options, context, (store) => store.tag(source, reference, { signal: context.signal }))
  return exitCodes.ok
}
