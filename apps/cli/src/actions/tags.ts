import { familiarName, isNameOnly } from '@lading/reference'
import { CliError } from '../cli-error.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { pageSizeFor, printList, type ListOptions } from './print.ts'
import { withClient } from './with-client.ts'
import type { RegistryCommandOptions } from '../command-options.ts'
import { givenReference } from './given-reference.ts'

export const tags: Action<[repository: string], RegistryCommandOptions & ListOptions> = async (
  [text],
  options,
  context,
) => {
  const reference = givenReference(text)
  if (!isNameOnly(reference))
    throw new CliError('USAGE', 'give a repository, without a tag or digest', {
      hint: `lading tags ${familiarName(reference)}`,
    })
  await withClient(options, context, async (client) => {
    const repository = client.repository(reference)
    await printList(repository.tags({ signal: context.signal, pageSize: pageSizeFor(options) }), options, context, {
      others: { repository: repository.name },
      member: 'tags',
    })
  })
  return exitCodes.ok
}
