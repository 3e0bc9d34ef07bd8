import type { AbortOptions } from '@lading/clock'
import { CredentialError } from '../credential-error.ts'
import { parseJson, type JsonNode } from '../json/parse-json.ts'

export interface ServiceRequest {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** A JSON object of a service, by dotted path with numbers for items. Holds a secret: never in a message. */
export interface ServiceAnswer {
  text(path: string): string | undefined
  number(path: string): number | undefined
}

const longestAnswer = 1024 * 1024
const timeoutMs = 10_000

/**
 * Asks a cloud's service for a token: no redirects, 10 seconds, 1 MiB. What it answers when it refuses is not repeated,
 * for it may quote the question.
 *
 * @throws CredentialError `CLOUD_UNREACHABLE`, `CLOUD_REFUSED`
 */
export async function askService(
  cloud: string,
  { url, method, headers, body }: ServiceRequest,
  { fetch: ask, signal }: AbortOptions & { readonly fetch: typeof fetch },
): Promise<ServiceAnswer> {
  const facts = {
    host: url.host,
    hint: `the variables for ${cloud} are used for its registries; unset it, or log in (a login is used first)`,
  }
  try {
    const limit = AbortSignal.timeout(timeoutMs)
    const response = await ask(url, {
      method,
      headers,
      body: body ?? null,
      redirect: 'error',
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    })
    if (response.status !== 200)
      throw new CredentialError('CLOUD_REFUSED', `${cloud} gives no token: ${url.host} answered ${response.status}`, {
        ...facts,
        status: response.status,
      })
    return answerOf(await bounded(response), (): never => {
      throw new CredentialError('CLOUD_REFUSED', `${cloud} gives no token: ${url.host} sent an invalid answer`, facts)
    })
  } catch (cause) {
    signal?.throwIfAborted()
    if (cause instanceof CredentialError) throw cause
    throw new CredentialError('CLOUD_UNREACHABLE', `${cloud} gives no token: ${url.host} cannot be reached`, {
      ...facts,
      cause,
    })
  }
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > longestAnswer) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function answerOf(text: string, fail: () => never): ServiceAnswer {
  const root = parseJson(text, fail)
  const at = (path: string): JsonNode | undefined =>
    path
      .split('.')
      .reduce<JsonNode | undefined>(
        (node, key) =>
          node?.kind === 'array'
            ? node.items[Number(key)]
            : node?.kind === 'object'
              ? node.members.find((member) => member.key === key)?.value
              : undefined,
        root,
      )
  return {
    text(path) {
      const node = at(path)
      return node?.kind === 'string' && node.value !== '' ? node.value : undefined
    },
    number(path) {
      const node = at(path)
      const value = node?.kind === 'literal' ? Number(text.slice(node.start, node.end)) : Number.NaN
      return Number.isFinite(value) ? value : undefined
    },
  }
}
