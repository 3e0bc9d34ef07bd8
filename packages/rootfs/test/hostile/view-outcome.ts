import { isLadingError } from '@lading/errors'
import { exportImage, openImage } from '@lading/image'
import { imageOf } from '../support/image-of.ts'
import { linesOf, type Seen } from './lines.ts'
import { modelOutcome, type Outcome, type OutcomeOptions } from './outcomes.ts'
import { readLayers } from './read-layers.ts'
import type { Refusal } from './row.ts'

function refusalOf(error: unknown): Refusal {
  if (!isLadingError(error)) throw error
  if (error.code === 'LAYER_NAME_INVALID') return 'name'
  if (error.code === 'LAYER_INVALID') return 'entry'
  const { cause } = error
  if (error.code !== 'LAYER_UNREADABLE' || !isLadingError(cause)) throw error
  return cause.code.replace('TAR_', 'tar ') as Refusal
}

/** What of an expected outcome the view tells apart: of links that lead nowhere it says what it says of entries. */
export const asViewed = (outcome: Outcome): Outcome =>
  outcome === 'link' ? 'entry' : outcome === 'whiteout' ? 'name' : outcome

/** What the merged view shows of it. */
export async function viewOutcome(layers: readonly Uint8Array[], { times }: OutcomeOptions = {}): Promise<Outcome> {
  try {
    const { source, manifest } = imageOf(layers)
    const image = await openImage(source, manifest)
    const seen: Seen[] = []
    for await (const file of image.walk()) {
      const { type, mode, uid, gid, mtime, linkName, device, inode } = file
      const content = type === 'file' ? { content: await textOf(image.open(file)) } : {}
      seen.push({
        type,
        mode,
        uid,
        gid,
        mtime,
        ...content,
        path: latin1(file.name),
        identity: inode,
        ...(linkName === undefined ? {} : { target: latin1(linkName) }),
        ...(device === undefined ? {} : { device }),
      })
    }
    return linesOf(seen, { times })
  } catch (error) {
    return refusalOf(error)
  }
}

/** What `exportImage` writes of it: to the model the one layer of an image. Names in it are plain, and none means anything but itself. */
export async function exportedOutcome(layers: readonly Uint8Array[]): Promise<Outcome> {
  const chunks: Uint8Array[] = []
  try {
    const { source, manifest } = imageOf(layers)
    for await (const chunk of exportImage(await openImage(source, manifest))) chunks.push(chunk.slice())
  } catch (error) {
    return refusalOf(error)
  }
  const archive = Buffer.concat(chunks)
  const [entries = []] = await readLayers([archive])
  const names = entries.flatMap(({ type, name, linkName }) => (type === 'link' && linkName ? [name, linkName] : [name]))
  const odd = names.map(latin1).filter((name) => /^\/|^$|(?:^|\/)(?:\.{0,2}\/|\.\.?$|\.wh\.)/.test(name))
  return odd.length > 0 ? odd.map((name) => `odd: ${name}`) : modelOutcome([archive])
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += latin1(chunk)
  return text
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
