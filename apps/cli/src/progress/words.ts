import { hexOf, type Digest } from '@lading/digest'
import { printable } from '@lading/errors'
import { formatPlatform } from '@lading/manifest'
import type { Style } from '../process/terminal.ts'
import type { ProgressEvent } from './renderer.ts'

export type LayerPhase = 'waiting' | 'active' | 'done'

/** What a layer's line says now. */
export interface LayerWords {
  readonly status: string
  readonly phase: LayerPhase
  readonly bar?: { readonly current: number; readonly total: number } | undefined
}

/** What is done: docker's words are those of a pull and a push, and a copy says what it does. */
export type Verb = 'push' | 'copy'

/** docker's word for what happens to a layer. `undefined`: the event is not about a layer. */
export function layerWords(event: ProgressEvent, verb: Verb = 'push'): LayerWords | undefined {
  const copies = verb === 'copy'
  switch (event.type) {
    case 'layer:pulling':
      return { status: 'Pulling fs layer', phase: 'waiting' }
    case 'layer:waiting':
      return { status: 'Waiting', phase: 'waiting' }
    case 'layer:exists':
      return { status: 'Already exists', phase: 'done' }
    case 'layer:bytes':
      return { status: 'Downloading', phase: 'active', bar: { current: event.current, total: event.total } }
    case 'layer:resume':
      return { status: `Resuming at ${percent(event.offset, event.total)}`, phase: 'active' }
    case 'layer:retry':
      return { status: `Retrying in ${event.seconds} second${event.seconds === 1 ? '' : 's'}`, phase: 'active' }
    case 'layer:verifying':
      return { status: 'Verifying Checksum', phase: 'active' }
    case 'layer:verified':
      return { status: 'Download complete', phase: 'active' }
    case 'layer:extracting':
      // docker inflates what it has, and here it may still come: one line says one thing.
      if (event.arriving === true) return undefined
      return { status: 'Extracting', phase: 'active', bar: { current: event.current, total: event.total } }
    case 'layer:complete':
      return { status: 'Pull complete', phase: 'done' }
    case 'layer:preparing':
      return { status: 'Preparing', phase: 'waiting' }
    case 'layer:sending':
      return {
        status: copies ? 'Copying' : 'Pushing',
        phase: 'active',
        bar: { current: event.current, total: event.total },
      }
    case 'layer:compressing':
      return { status: 'Compressing', phase: 'active', bar: { current: event.current, total: event.total } }
    case 'layer:compressed':
      return { status: `Copied in ${event.compression}, as ${shortId(event.now)}`, phase: 'done' }
    case 'layer:here':
      return { status: copies ? 'Already exists' : 'Layer already exists', phase: 'done' }
    case 'layer:mounted':
      return { status: `Mounted from ${event.from}`, phase: 'done' }
    case 'layer:skipped':
      return { status: 'Skipped foreign layer', phase: 'done' }
    case 'layer:sent':
      return { status: copies ? 'Copied' : 'Pushed', phase: 'done' }
    default:
      return undefined
  }
}

const shortId = (digest: Digest): string => hexOf(digest).slice(0, 12)

/** A whole percentage that says 100 only when nothing is missing. */
export const percent = (part: number, whole: number): string => `${whole > 0 ? Math.floor((part / whole) * 100) : 0}%`

export interface MessageWords {
  readonly text: string
  readonly style?: Style | undefined
  /** The layers told before belong to what this ends: later ones start new lines. */
  readonly ends: boolean
}

/**
 * The line that an event is worth, where it is worth one. Text of a server is made printable here. That a mirror
 * failed is told; that a registry on loopback speaks no TLS is not: the last endpoint's error is the pull's own.
 */
export function messageWords(event: ProgressEvent): MessageWords | undefined {
  switch (event.type) {
    case 'resolve':
      return { text: printable(`${event.id}: Pulling from ${event.path}`), ends: true }
    case 'digest':
      return { text: printable(`Digest: ${event.digest}`), ends: true }
    case 'status':
      return {
        text: printable(
          `Status: ${event.status === 'downloaded' ? 'Downloaded newer image' : 'Image is up to date'} for ${event.reference}`,
        ),
        ends: true,
      }
    case 'push':
      return { text: printable(`The push refers to repository [${event.name}]`), ends: true }
    case 'copy':
      return event.made
        ? {
            text: printable(`New index of the chosen platforms: ${event.digest}`),
            style: 'yellow',
            ends: false,
          }
        : undefined
    case 'converted':
      return { text: printable(`Converted: ${event.digest} instead of ${event.from}`), style: 'dim', ends: false }
    case 'copied':
      return { text: printable(`${event.id}: digest: ${event.digest} size: ${event.size}`), ends: true }
    case 'tag:failed':
      return { text: printable(`${event.reference}: ${event.message}`), style: 'red', ends: true }
    case 'tag:skipped':
      return { text: printable(`${event.reference}: ${event.message}`), style: 'dim', ends: true }
    case 'waiting':
    case 'wait':
      return { text: printable(event.message), style: 'yellow', ends: false }
    case 'warning':
      return { text: printable(`WARNING: ${event.message}`), style: 'yellow', ends: false }
    case 'endpoint':
      return event.mirror ? { text: printable(`Using mirror ${event.url}`), style: 'dim', ends: false } : undefined
    case 'endpoint:failed':
      return event.mirror
        ? {
            text: printable(`${event.url} failed, trying the next endpoint: ${event.message}`),
            style: 'dim',
            ends: false,
          }
        : undefined
    case 'platform':
      return platformWords(event)
    default:
      return undefined
  }
}

function platformWords({ platform, wanted }: ProgressEvent & { type: 'platform' }): MessageWords | undefined {
  if (platform === undefined) return undefined
  const [chosen, asked] = [formatPlatform(platform), formatPlatform(wanted)]
  return chosen === asked
    ? undefined
    : { text: printable(`Platform: ${chosen}, the best of this image for ${asked}`), style: 'dim', ends: false }
}
