import { isLadingError } from '@lading/errors'
import { familiarName, familiarString, type Reference } from '@lading/reference'
import { RegistryError, type Repository } from '@lading/registry-client'
import { CliError } from '../cli-error.ts'
import type { Action, CommandContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { atDigest } from './remote-target.ts'
import { withClient } from './with-client.ts'
import type { RegistryCommandOptions } from '../command-options.ts'
import { givenReference } from './given-reference.ts'

interface DeleteOptions extends RegistryCommandOptions {
  readonly json?: boolean | undefined
  readonly yes?: boolean | undefined
}

export const deleteRemote: Action<[reference: string], DeleteOptions> = async ([text], options, context) => {
  const reference = givenReference(text)
  const target = targetOf(reference)
  const { signal } = context
  return withClient(options, context, async (client) => {
    // What a mirror has is not what is deleted.
    const endpoints = client.endpoints(reference)
    const endpoint = endpoints.some(({ mirror }) => mirror) ? endpoints.find(({ mirror }) => !mirror) : undefined
    const repository = client.repository(reference, { endpoint })
    // Whoever deletes the wrong thing wants to know afterwards what it was.
    const digest =
      (await repository.manifests.head(target, { signal }))?.digest ??
      (await repository.manifests.get(target, { signal })).descriptor.digest
    if (options.yes !== true && !(await mayDelete(reference, digest, context))) {
      context.terminal.write('nothing was deleted\n')
      return exitCodes.failure
    }
    await remove(repository, reference, { target, digest }, context)
    const what = reference.digest === undefined ? 'tag' : 'manifest'
    if (options.json === true)
      context.print(
        jsonText({
          deleted: what,
          reference: reference.digest === undefined ? `${repository.name}:${target}` : atDigest(reference, digest),
          digest,
        }),
      )
    else
      context.print(
        `${what === 'tag' ? 'Untagged' : 'Deleted'}: ${familiarString(reference)}${what === 'tag' ? `@${digest}` : ''}`,
      )
    return exitCodes.ok
  })
}

function targetOf(reference: Reference): string {
  const { tag, digest } = reference
  const name = familiarName(reference)
  if (tag !== undefined && digest !== undefined)
    throw new CliError('USAGE', 'the reference has both a tag and a digest; delete one of them', {
      hint: `lading delete ${name}:${tag}, or lading delete ${name}@${digest}`,
    })
  const target = digest ?? tag
  // `latest` by default is for those who look, not for those who delete.
  if (target === undefined)
    throw new CliError('USAGE', 'the reference has no tag and no digest', {
      hint: `lading delete ${name}:TAG, or lading delete ${name}@DIGEST`,
    })
  return target
}

async function mayDelete(reference: Reference, digest: string, { input, signal }: CommandContext): Promise<boolean> {
  if (!input.interactive)
    throw new CliError('USAGE', 'cannot ask for confirmation: standard input is not a terminal', {
      hint: 'add --yes',
    })
  const name = familiarString(reference)
  const question =
    reference.digest === undefined
      ? `Delete the tag ${name} (now ${digest})? Some registries delete the image with it.`
      : `Delete ${name} with all tags that point to it?`
  return /^y(?:es)?$/i.test((await input.ask(`${question} [y/N] `, { signal })).trim())
}

async function remove(
  repository: Repository,
  reference: Reference,
  { target, digest }: { readonly target: string; readonly digest: string },
  { signal }: CommandContext,
): Promise<void> {
  try {
    await repository.manifests.delete(target, { signal })
  } catch (error) {
    if (!(error instanceof RegistryError) || !isLadingError(error, 'UNSUPPORTED') || error.facts.status === 405)
      throw error
    const { code, message, facts, reported } = error
    throw new RegistryError(code, message, {
      ...facts,
      repository: repository.name,
      reported,
      cause: error,
      hint: `this registry does not delete tags; lading delete ${familiarName(reference)}@${digest} deletes the image with all its tags`,
    })
  }
}
