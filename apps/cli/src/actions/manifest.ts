import { parsePlatform, schemas } from '@lading/manifest'
import { withSchema1 } from '@lading/manifest/schema1'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { atPlatform, warnOfSingle } from './at-platform.ts'
import { describeManifest } from './describe-manifest.ts'
import { writeRaw } from './print.ts'
import { remoteTarget } from './remote-target.ts'
import { withClient } from './with-client.ts'
import type { RegistryCommandOptions } from '../command-options.ts'

interface ManifestOptions extends RegistryCommandOptions {
  readonly json?: boolean | undefined
  readonly raw?: boolean | undefined
  readonly summary?: boolean | undefined
  readonly platform?: string | undefined
}

export const manifest: Action<[reference: string], ManifestOptions> = async ([text], options, context) => {
  const { reference, target } = remoteTarget(text)
  const platform = options.platform === undefined ? undefined : parsePlatform(options.platform)
  const { signal } = context
  const found = await withClient(options, context, async (client) => {
    // Looking at a manifest runs nothing, so that old ones can be looked at too.
    const every = client.repository(reference, { schemas: withSchema1(schemas) })
    const got = await every.manifests.get(target, { signal })
    if (platform === undefined || got.manifest.kind === 'schema1') return got
    const repository = client.repository(reference)
    await warnOfSingle(repository, { manifest: got.manifest, descriptor: got.descriptor }, platform, context)
    const { digest } = await atPlatform(repository, { manifest: got.manifest, descriptor: got.descriptor }, platform, {
      signal,
    })
    return digest === got.descriptor.digest ? got : repository.manifests.get(digest, { signal })
  })
  if (options.raw === true) await writeRaw(found.bytes, context)
  else if (options.json === true)
    context.print(
      jsonText({
        digest: found.descriptor.digest,
        mediaType: found.descriptor.mediaType,
        size: found.descriptor.size,
        manifest: parsed(found.bytes),
      }),
    )
  else if (options.summary === true && found.manifest.kind !== 'schema1')
    context.print(describeManifest(found.manifest, found.descriptor).join('\n'))
  else context.print(jsonText(parsed(found.bytes)))
  return exitCodes.ok
}

const parsed = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes))
