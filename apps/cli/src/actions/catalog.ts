import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { pageSizeFor, printList, type ListOptions } from './print.ts'
import { withClient } from './with-client.ts'
import type { RegistryCommandOptions } from '../command-options.ts'

export const catalog: Action<[host: string], RegistryCommandOptions & ListOptions> = async (
  [host],
  options,
  context,
) => {
  await withClient(options, context, (client) =>
    printList(client.catalog(host, { signal: context.signal, pageSize: pageSizeFor(options) }), options, context, {
      others: { registry: host },
      member: 'repositories',
    }),
  )
  return exitCodes.ok
}
