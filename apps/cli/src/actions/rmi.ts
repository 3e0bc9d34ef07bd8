import { isLadingError } from '@lading/errors'
import type { Removal, Store } from '@lading/store'
import type { Action, CommandContext } from '../context.ts'
import { describeError } from '../process/report-error.ts'
import { eachTerm } from './each-term.ts'
import { withStore } from './open-store.ts'
import type { GlobalOptions } from '../command-options.ts'

interface RmiOptions extends GlobalOptions {
  readonly force?: boolean | undefined
}

export const rmi: Action<[images: readonly string[]], RmiOptions> = async ([terms], options, context) =>
  withStore(options, context, (store) =>
    eachTerm(terms, context, async (term) => {
      const removal = await remove(store, term, options, context)
      for (const name of removal.untagged) context.print(`Untagged: ${name}`)
      for (const digest of removal.deleted) context.print(`Deleted: ${digest}`)
      if (removal.uncollected !== undefined) {
        const { terminal } = context
        terminal.write(
          `${terminal.paint('yellow', 'WARNING:')} the names were removed, but their content is still here: ${describeError(removal.uncollected)}\n`,
        )
      }
    }),
  )

async function remove(
  store: Store,
  term: string,
  { force = false }: RmiOptions,
  context: CommandContext,
): Promise<Removal> {
  try {
    return await store.remove(term, { signal: context.signal, force })
  } catch (error) {
    if (!force || !isLadingError(error, 'IMAGE_UNKNOWN')) throw error
    // As with docker: said, and no failure.
    context.report(error)
    return { untagged: [], deleted: [] }
  }
}
