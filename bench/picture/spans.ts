import type { PullEvent } from '@lading/distribution'

/** What goes on in a stretch of time, of the whole pull or of one layer. */
export interface Span {
  /** `pull`, or the layer's short digest. */
  readonly row: string
  readonly kind: SpanKind
  /** Milliseconds since the process was started. */
  readonly from: number
  readonly to: number
}

export type SpanKind = 'start' | 'ask' | 'name' | 'wait' | 'download' | 'store' | 'verify'

export interface Stamped {
  readonly at: number
  readonly event: PullEvent
}

/**
 * Where the time of one pull has gone, from its events and the time it ended. Within a layer `download` runs from its
 * first bytes to its last, `store` on until the blob is durable under its digest, and `verify` from when it is inflated
 * until it is known to be its diffID, beside the others where it does not wait for them.
 */
export function spansOf(stamped: readonly Stamped[], end: number): readonly Span[] {
  const first = (...types: readonly PullEvent['type'][]): number | undefined =>
    stamped.find(({ event }) => types.includes(event.type))?.at
  const last = (type: PullEvent['type']): number | undefined => stamped.findLast(({ event }) => event.type === type)?.at
  const asked = first('endpoint') ?? end
  const layers = first('layer:pulling', 'layer:exists', 'status') ?? end
  const complete = last('layer:complete') ?? layers
  return [
    { row: 'pull', kind: 'start' as const, from: 0, to: asked },
    { row: 'pull', kind: 'ask' as const, from: asked, to: layers },
    ...idsOf(stamped).flatMap((id) => layerSpans(id, stamped)),
    { row: 'pull', kind: 'name' as const, from: complete, to: end },
  ].filter(({ from, to }) => to > from)
}

function layerSpans(id: string, stamped: readonly Stamped[]): readonly Span[] {
  const own = stamped.filter(({ event }) => 'id' in event && event.id === id)
  const at = (type: PullEvent['type']): number | undefined => own.find(({ event }) => event.type === type)?.at
  const pulling = at('layer:pulling')
  const bytes = at('layer:bytes') ?? at('layer:verifying')
  const arrived = at('layer:verifying')
  const stored = at('layer:verified')
  const complete = at('layer:complete')
  const span = (kind: SpanKind, from: number | undefined, to: number | undefined): readonly Span[] =>
    from === undefined || to === undefined ? [] : [{ row: id, kind, from, to }]
  return [
    ...span('wait', pulling, bytes),
    ...span('download', bytes, arrived),
    ...span('store', arrived, stored),
    ...span('verify', at('layer:extracting') ?? stored, complete),
  ]
}

const idsOf = (stamped: readonly Stamped[]): readonly string[] => [
  ...new Set(stamped.flatMap(({ event }) => (event.type === 'layer:pulling' ? [event.id] : []))),
]
