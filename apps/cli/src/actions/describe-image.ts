import { printable } from '@lading/errors'
import { formatPlatform } from '@lading/manifest'
import type { ImageDetails } from '@lading/store'
import { timeOf } from '../text/age.ts'
import { formatSize } from '../text/size.ts'

type Fact = readonly [name: string, value: string | readonly string[] | undefined]

const command = (words: readonly string[] = []): string => (words.length > 0 ? JSON.stringify(words) : '')

/** An image for people: what is not there has no line. */
export function describeImage(image: ImageDetails): string[] {
  const run = image.config.config ?? {}
  const facts: readonly Fact[] = [
    ['ID', image.id],
    ['Names', image.tags],
    ['Digests', image.digests],
    ['Platform', formatPlatform(image.platform)],
    ['Created', timeOf(image.created) === undefined ? undefined : image.created],
    ['Author', image.config.author],
    ['Size', `${formatSize(image.size)} compressed`],
    ['Manifest', `${image.manifest.digest} (${image.manifest.mediaType})`],
    ['User', run.User],
    ['Entrypoint', command(run.Entrypoint)],
    ['Command', command(run.Cmd)],
    ['Directory', run.WorkingDir],
    ['Stop signal', run.StopSignal],
    ['Ports', run.ExposedPorts],
    ['Volumes', run.Volumes],
    ['Environment', run.Env],
    ['Labels', Object.entries(run.Labels ?? {}).map(([name, value]) => `${name}=${value}`)],
    ['Layers', image.layers.map((layer) => `${layer.digest} ${formatSize(layer.size)}`)],
  ]
  return facts.flatMap(([name, value]) => {
    const values = (typeof value === 'string' ? [value] : (value ?? [])).filter((text) => text !== '')
    return values.map((text, index) => `${(index === 0 ? `${name}:` : '').padEnd(13)}${printable(text, 4096)}`)
  })
}
