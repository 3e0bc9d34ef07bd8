import { printable } from '@lading/errors'
import type { ImageDetails, Store, StoredArtifact } from '@lading/store'
import { CliError } from '../cli-error.ts'
import { inspectView } from '../docker/inspect-view.ts'
import { goJson } from '../format/go-json.ts'
import { parseFormat } from '../format/output-format.ts'
import type { Struct } from '../format/value.ts'
import type { Output } from '../process/output.ts'
import { disarmedFor } from '../text/disarmed.ts'

/** What `inspect --format` prints: of docker's JSON one list, of a template a text for each image. */
interface InspectFormat {
  add(store: Store, found: ImageDetails | StoredArtifact): Promise<void>
  texts(): readonly string[]
}

/** @throws CliError `USAGE` with the offset */
export function inspectFormat(text: string, output: Output): InspectFormat {
  const format = parseFormat(text)
  const template = format.kind === 'template' ? format.template : undefined
  if (format.kind === 'table')
    throw new CliError('USAGE', '--format: inspect has no table', { hint: "give a template, or 'json'" })
  const views: Struct[] = []
  const texts: string[] = []
  return {
    async add(store, found) {
      if ('bytes' in found)
        throw new CliError(
          'USAGE',
          `${printable(found.descriptor.digest)} is an artifact, which docker cannot inspect`,
          {
            digest: found.descriptor.digest,
            hint: '--json prints its manifest',
          },
        )
      const view = inspectView(found, await configOf(store, found))
      if (template === undefined) views.push(view)
      else texts.push(template.text(view))
    },
    texts: () => disarmedFor(output, template === undefined ? [`[${views.map(goJson).join(',')}]`] : texts),
  }
}

/** The whole document, of which our own reading keeps what we know. */
async function configOf(
  { contents }: Store,
  { configDescriptor }: ImageDetails,
): Promise<Readonly<Record<string, unknown>>> {
  const bytes = await contents.read(configDescriptor.digest)
  return JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>
}
