import { parsePlatform, type Platform } from '@lading/manifest'
import type { ImageDetails } from '@lading/store'
import type { GlobalOptions } from '../commands/options.ts'
import type { Action } from '../context.ts'
import { jsonText } from '../text/json-line.ts'
import { describeImage } from './describe-image.ts'
import { eachTerm } from './each-term.ts'
import { withStore } from './open-store.ts'

interface InspectOptions extends GlobalOptions {
  readonly json?: boolean | undefined
  readonly platform?: string | undefined
}

export const inspect: Action<[images: readonly string[]], InspectOptions> = async ([terms], options, context) => {
  const wanted = options.platform ?? context.environment.platform
  const platform: Platform | undefined = wanted === undefined ? undefined : parsePlatform(wanted)
  const found: ImageDetails[] = []
  const code = await withStore({ ...options, readOnly: true }, context, (store) =>
    eachTerm(terms, context, async (term) => void found.push(await store.inspect(term, { signal: context.signal, platform }))),
  )
  if (options.json === true) context.print(jsonText(found))
  else for (const [index, image] of found.entries()) context.print(`${index === 0 ? '' : '\n'}${describeImage(image).join('\n')}`)
  return code
}
