/** What the owner of a generation created it with. */
export interface Claim {
  readonly nonce: string
  /** It begins with the first byte: nothing of earlier generations belongs to it. */
  readonly fresh: boolean
  /** It was claimed beside an owner that lives, and was slow. Nobody does so a second time. */
  readonly overtakes?: boolean | undefined
  /** For people who look at the store. */
  readonly host: string
  readonly pid: number
}

/** What the owner of a generation says while it lives. No two of its beats are the same. */
export interface Beat {
  readonly nonce: string
  readonly count: number
  /** `closed`: it has let go, and what came is there for the next owner. `discarded`: so that nobody goes on with it. */
  readonly state: 'going' | 'closed' | 'discarded'
  /** Of the bytes: a strong ETag, or what the source gave. */
  readonly validator?: string | undefined
  /** Who sent the bytes. */
  readonly source?: string | undefined
}

export const formatClaim = (claim: Claim): Uint8Array => encoded(claim)
export const formatBeat = (beat: Beat): Uint8Array => encoded(beat)

/** `undefined`: it is none. */
export function parseClaim(bytes: Uint8Array | undefined): Claim | undefined {
  const { nonce, fresh, overtakes, host, pid } = members(bytes)
  if (typeof nonce !== 'string' || typeof fresh !== 'boolean') return undefined
  return {
    nonce,
    fresh,
    overtakes: overtakes === true,
    host: typeof host === 'string' ? host : '',
    pid: typeof pid === 'number' ? pid : 0,
  }
}

/** `undefined`: it is none. */
export function parseBeat(bytes: Uint8Array | undefined): Beat | undefined {
  const { nonce, count, state, validator, source } = members(bytes)
  if (typeof nonce !== 'string' || typeof count !== 'number') return undefined
  if (state !== 'going' && state !== 'closed' && state !== 'discarded') return undefined
  return {
    nonce,
    count,
    state,
    validator: typeof validator === 'string' ? validator : undefined,
    source: typeof source === 'string' ? source : undefined,
  }
}

/** Far above what any of them has. */
export const ownerBytesLimit: number = 64 * 1024

const encoded = (document: object): Uint8Array => new TextEncoder().encode(JSON.stringify(document))

function members(bytes: Uint8Array | undefined): Record<string, unknown> {
  if (bytes === undefined) return {}
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}
