import { createPace, type Pace } from './pace.ts'
import type { ProgressEvent } from './renderer.ts'

/** All layers of one command taken together. Sizes in bytes, times in milliseconds. */
export interface Totals {
  /** What is to be transferred, as far as it is known. */
  readonly total: number
  /** How much of it is there, what an earlier attempt had left included. */
  readonly done: number
  /** What this command has transferred. */
  readonly moved: number
  /** What an earlier command had left. */
  readonly resumed: number
  /** Layers of which nothing had to be transferred. */
  readonly spared: number
  /** A transfer is under way, and waits for no retry. */
  readonly moves: boolean
  readonly rate: number | undefined
  readonly leftMs: number | undefined
  readonly elapsedMs: number
  readonly idleMs: number
}

export interface Meter {
  event(event: ProgressEvent): void
  read(): Totals
  /** How fast one layer comes, while it does. */
  paceOf(digest: string): Pace | undefined
}

interface Layer {
  size: number
  current: number
  state: 'waits' | 'moves' | 'retries' | 'done'
  readonly pace: Pace
}

/** @param now monotonic milliseconds */
export function createMeter(now: () => number): Meter {
  const start = now()
  const layers = new Map<string, Layer>()
  const spared = new Set<string>()
  const all = createPace(now)
  let resumed = 0

  const layerOf = (digest: string, size: number): Layer => {
    const layer = layers.get(digest) ?? { size, current: 0, state: 'waits', pace: createPace(now) }
    layer.size = size
    layers.set(digest, layer)
    return layer
  }
  const reach = (layer: Layer, current: number): void => {
    const more = current - layer.current
    layer.current = current
    layer.pace.add(more)
    all.add(more)
  }
  const end = (digest: string): void => {
    const layer = layers.get(digest)
    if (layer === undefined) return
    layer.state = 'done'
    layer.current = layer.size
  }

  return {
    event(event) {
      switch (event.type) {
        case 'layer:pulling':
        case 'layer:preparing':
          layerOf(event.digest, event.size)
          break
        case 'layer:bytes':
        case 'layer:sending': {
          const layer = layerOf(event.digest, event.total)
          layer.state = 'moves'
          reach(layer, event.current)
          break
        }
        case 'layer:resume': {
          const layer = layerOf(event.digest, event.total)
          if (layer.pace.amount === 0 && layer.current === 0) resumed += event.offset
          layer.current = event.offset
          layer.state = 'moves'
          break
        }
        case 'layer:retry': {
          const layer = layers.get(event.digest)
          if (layer !== undefined) layer.state = 'retries'
          break
        }
        case 'layer:verifying':
        case 'layer:verified': {
          const layer = layers.get(event.digest)
          // The last bytes need not have been told.
          if (layer?.state === 'moves') reach(layer, layer.size)
          end(event.digest)
          break
        }
        case 'layer:complete':
        case 'layer:sent':
          end(event.digest)
          break
        case 'layer:exists':
        case 'layer:here':
        case 'layer:mounted':
          // What came with an earlier tag of the same command was not here before.
          if (layers.get(event.digest)?.state === 'done') break
          layers.delete(event.digest)
          spared.add(event.digest)
          break
        case 'layer:skipped':
        case 'layer:compressing':
          layers.delete(event.digest)
          break
        default:
      }
    },
    read() {
      let total = 0
      let done = 0
      let moves = false
      for (const { size, current, state } of layers.values()) {
        total += size
        done += Math.min(current, size)
        moves ||= state === 'moves'
      }
      const rate = all.rate()
      return {
        total,
        done,
        moved: all.amount,
        resumed,
        spared: spared.size,
        moves,
        rate,
        leftMs: rate === undefined || rate <= 0 ? undefined : ((total - done) / rate) * 1000,
        elapsedMs: now() - start,
        idleMs: all.idleMs(),
      }
    },
    paceOf(digest) {
      const layer = layers.get(digest)
      return layer?.state === 'moves' ? layer.pace : undefined
    },
  }
}
