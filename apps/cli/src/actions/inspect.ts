import { storedArtifact, type ImageDetails, type StoredArtifact } from '@lading/store'
import { CliError } from '../cli-error.ts'
import type { Action } from '../context.ts'
import { jsonText } from '../text/json-line.ts'
import { askedPlatform, warnOfPlatform } from './at-platform.ts'
import { describeImage } from './describe-image.ts'
import { describeManifest } from './describe-manifest.ts'
import { eachTerm } from './each-term.ts'
import { withStore } from './open-store.ts'
import type { GlobalOptions } from '../command-options.ts'

interface InspectOptions extends GlobalOptions {
  readonly json?: boolean | undefined
  readonly format?: string | undefined
  readonly platform?: string | undefined
}

export const inspect: Action<[images: readonly string[]], InspectOptions> = async ([terms], options, context) => {
  if (options.format !== undefined && options.json === true)
    throw new CliError('USAGE', '--format and --json cannot be used together', {
      hint: "remove one of them; --format json prints docker's JSON, --json ours",
    })
  const platform = askedPlatform(options, context)
  const formatting =
    options.format === undefined
      ? undefined
      : (await import('./inspect-format.ts')).inspectFormat(options.format, context.output)
  const found: (ImageDetails | StoredArtifact)[] = []
  const code = await withStore({ ...options, readOnly: true }, context, (store) =>
    eachTerm(terms, context, async (term) => {
      const each =
        (await storedArtifact(store, term)) ?? (await store.inspect(term, { signal: context.signal, platform }))
      // Of an index the closest was chosen.
      if (platform !== undefined && 'configDescriptor' in each && each.target.digest === each.manifest.digest)
        warnOfPlatform(each.platform, platform, { digest: each.manifest.digest, context })
      found.push(each)
      await formatting?.add(store, each)
    }),
  )
  if (formatting !== undefined) for (const text of formatting.texts()) context.print(text)
  else if (options.json === true) context.print(jsonText(found.map(asJson)))
  else
    for (const [index, each] of found.entries()) context.print(`${index === 0 ? '' : '\n'}${describe(each).join('\n')}`)
  return code
}

const describe = (found: ImageDetails | StoredArtifact): string[] =>
  'bytes' in found ? describeManifest(found.manifest, found.descriptor) : describeImage(found)

function asJson(found: ImageDetails | StoredArtifact): unknown {
  if (!('bytes' in found)) return found
  const { descriptor, bytes } = found
  return {
    digest: descriptor.digest,
    mediaType: descriptor.mediaType,
    size: descriptor.size,
    manifest: JSON.parse(new TextDecoder().decode(bytes)) as unknown,
  }
}
