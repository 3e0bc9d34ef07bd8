import { defaultPlatform, ManifestError } from '@lading/manifest'
import { CliError } from '../cli-error.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { askedPlatform, atPlatform, warnOfSingle } from './at-platform.ts'
import { remoteTarget } from './remote-target.ts'
import { withClient } from './with-client.ts'
import { writeRaw } from './print.ts'
import type { RegistryCommandOptions } from '../command-options.ts'

interface ConfigOptions extends RegistryCommandOptions {
  readonly json?: boolean | undefined
  readonly raw?: boolean | undefined
  readonly platform?: string | undefined
}

export const config: Action<[reference: string], ConfigOptions> = async ([text], options, context) => {
  const { reference, target } = remoteTarget(text)
  const asked = askedPlatform(options, context)
  const platform = asked ?? defaultPlatform()
  const { signal } = context
  const bytes = await withClient(options, context, async (client) => {
    const repository = client.repository(reference)
    const got = await repository.manifests.get(target, { signal })
    if (asked !== undefined) await warnOfSingle(repository, got, asked, context)
    const image =
      got.manifest.kind === 'index'
        ? (
            await repository.manifests.get((await atPlatform(repository, got, platform, { signal })).digest, {
              signal,
            })
          ).manifest
        : got.manifest
    if (image.kind === 'index')
      throw new ManifestError('PLATFORM_UNAVAILABLE', `${text} has too many nested indexes`, {
        hint: 'choose a manifest by digest',
      })
    return repository.blobs.read(image.config, { signal })
  })
  if (options.raw === true) await writeRaw(bytes, context)
  else context.print(jsonText(parsed(bytes, text)))
  return exitCodes.ok
}

function parsed(bytes: Uint8Array, reference: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new CliError('CONFIG_NOT_JSON', `the config of ${reference} is not JSON`, {
      cause,
      hint: 'artifacts may have any config: --raw writes its bytes',
    })
  }
}
