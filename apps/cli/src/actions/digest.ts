import { parsePlatform, type Descriptor } from '@lading/manifest'
import { nameOf } from '@lading/reference'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { atPlatform, warnOfSingle } from './at-platform.ts'
import { atDigest, remoteTarget } from './remote-target.ts'
import { withClient } from './with-client.ts'
import type { RegistryCommandOptions } from '../command-options.ts'

interface DigestOptions extends RegistryCommandOptions {
  readonly json?: boolean | undefined
  readonly fullRef?: boolean | undefined
  readonly platform?: string | undefined
}

export const digest: Action<[reference: string], DigestOptions> = async ([text], options, context) => {
  const { reference, target } = remoteTarget(text)
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform)
  const { signal } = context
  const found = await withClient(options, context, async (client): Promise<Descriptor> => {
    const repository = client.repository(reference)
    // Registries count a GET as a pull, and a HEAD not.
    const head = platform === undefined ? await repository.manifests.head(target, { signal }) : undefined
    if (head !== undefined) return head
    const got = await repository.manifests.get(target, { signal })
    if (platform === undefined) return got.descriptor
    await warnOfSingle(repository, got, platform, context)
    return atPlatform(repository, got, platform, { signal })
  })
  if (options.json === true)
    context.print(
      jsonText({
        reference: `${nameOf(reference)}${reference.tag === undefined ? '' : `:${reference.tag}`}`,
        digest: found.digest,
        mediaType: found.mediaType,
        size: found.size,
      }),
    )
  else context.print(options.fullRef === true ? atDigest(reference, found.digest) : found.digest)
  return exitCodes.ok
}
