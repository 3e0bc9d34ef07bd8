import type { WireRequest } from './wire-request.ts'

/** What is shorter is in too many words. */
const shortest = 4
const hidden = '***'

type Showing = Pick<WireRequest, 'endpoint' | 'authorization' | 'body'>

/**
 * Takes out of a text what the request showed: servers that repeat what they did not like must not have us print it.
 * Knows the spellings in which such a text may have it.
 */
export function hideSecrets(text: string, request: Showing): string {
  let clean = text
  for (const secret of secretsOf(request)
    .flatMap(spellings)
    .toSorted((a, b) => b.length - a.length))
    clean = clean.replaceAll(secret, hidden)
  return clean
}

/** The same for bytes that are text in an encoding which keeps ASCII. */
export function hideSecretsInBody(body: Uint8Array, request: Showing): Uint8Array {
  const text = new TextDecoder().decode(body)
  const clean = hideSecrets(text, request)
  return clean === text ? body : new TextEncoder().encode(clean)
}

function secretsOf({ endpoint, authorization = '', body }: Showing): string[] {
  const [, scheme = '', shown = ''] = /^(\S+) +(.+)$/.exec(authorization) ?? []
  const found = [shown, ...(scheme === 'Basic' ? passwordsIn(shown) : [])]
  for (const value of Object.values(endpoint?.headers ?? {})) found.push(value, ...value.split(/[=;,\s]+/).slice(1))
  if (typeof body === 'string') found.push(new URLSearchParams(body).get('refresh_token') ?? '')
  return found.filter((each) => each.length >= shortest)
}

function passwordsIn(encoded: string): string[] {
  const text = new TextDecoder().decode(Uint8Array.from(atob(encoded), (unit) => unit.charCodeAt(0)))
  return [text, text.slice(text.indexOf(':') + 1)]
}

const spellings = (secret: string): string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  encodeURIComponent(secret),
  new URLSearchParams([['', secret]]).toString().slice(1),
]
