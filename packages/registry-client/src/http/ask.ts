import type { Admission } from '../admit.ts'
import type { Endpoint } from '../endpoint/endpoint.ts'
import { RegistryError } from '../errors/registry-error.ts'
import { createCollector, type Collector } from './collect.ts'
import { hideSecretsInBody } from '../wire/hide-secrets.ts'
import type { Wire } from '../wire/wire.ts'
import type { Clearance, Head, Question, Take, WireRequest } from '../wire/wire-request.ts'

/** A small answer, whole. */
export interface Answer {
  readonly head: Head
  readonly body: Uint8Array
}

/** An answer that nobody expected, with as much of its body as explains it. */
export type Refusal = Answer

/** Enough for every honest explanation. */
const longestErrorBody = 64 * 1024

/** On whose behalf a question is asked, and what may be done for it. */
export interface AskOptions {
  /** The endpoint that the user named: what it may lead to is judged by it. */
  readonly registry: URL
  readonly endpoint: Endpoint | undefined
  /** The answer is a blob that is streamed, which may take its time. */
  readonly streamed?: boolean | undefined
  /** A token server is asked, and not the registry's API. */
  readonly realm?: boolean | undefined
  /** Of a URL that an answer named, as the origin policy judged it. Default: it is the endpoint. */
  readonly clearance?: Clearance | undefined
  /** The answer is a blob, which takes a place at a host. */
  readonly admission?: Admission | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Asks a question and gathers the answer, whatever its status.
 *
 * @throws RegistryError `TOO_LARGE` beyond `maxBytes`; what the request throws
 */
export async function ask(
  wire: Wire,
  question: Question,
  options: AskOptions & { readonly maxBytes: number },
): Promise<Answer> {
  const { maxBytes } = options
  let head: Head | undefined
  let collected: Collector = createCollector(maxBytes)
  const tooLarge = (host: string): RegistryError =>
    new RegistryError('TOO_LARGE', `the answer of ${host} has more than ${maxBytes} bytes`, {
      host,
      expected: maxBytes,
      hint: 'check that this is the address of a registry',
    })
  const refusal = await stream(
    wire,
    question,
    {
      expects: (given) => given.status < 400,
      head(given) {
        head = given
        collected = createCollector(maxBytes)
        if (question.method !== 'HEAD' && Number(given.headers.get('content-length')) > maxBytes)
          throw tooLarge(given.url.host)
      },
      data(chunk) {
        if (!collected.add(chunk)) throw tooLarge(head?.url.host ?? question.url.host)
      },
    },
    options,
  )
  if (refusal !== undefined) return refusal
  if (head === undefined)
    throw new RegistryError('BAD_RESPONSE', `${question.url.host} sent no answer`, { host: question.url.host })
  return { head, body: collected.bytes() }
}

export interface StreamReceiver {
  /** Which answers go to the receiver; the others come back as a refusal. */
  expects(head: Head): boolean
  head(head: Head): void | Promise<void>
  readonly data: Take
}

/**
 * Asks a question and hands an expected answer on as it comes; gathers any other. A body that explains a refusal may
 * be cut short, or longer than useful: the status counts (docker-registry 2.8 sends a 416 with a wrong length).
 */
export async function stream(
  wire: Wire,
  question: Question,
  to: StreamReceiver,
  {
    registry,
    endpoint,
    streamed,
    realm,
    clearance = atRegistry(question.url, registry),
    admission,
    signal,
  }: AskOptions,
): Promise<Refusal | undefined> {
  const request: WireRequest = { ...question, registry, endpoint, streamed, realm, clearance, admission }
  let refused: Head | undefined
  const body = createCollector(longestErrorBody)
  const gather: Take = (chunk) => {
    if (!body.add(chunk)) throw new Error('enough of an error body')
  }
  try {
    await wire.request(
      request,
      (head) => {
        if (!to.expects(head)) {
          refused = head
          return gather
        }
        const wait = to.head(head)
        return wait === undefined ? to.data : wait.then(() => to.data)
      },
      { signal },
    )
  } catch (error) {
    signal?.throwIfAborted()
    if (refused === undefined) throw error
  }
  return refused === undefined ? undefined : { head: refused, body: hideSecretsInBody(body.bytes(), request) }
}

/** What the user asks for goes to the endpoint with all that belongs there. */
function atRegistry({ origin }: URL, registry: URL): Clearance {
  const own = origin === registry.origin
  return {
    show: { authorization: own, cookies: own, clientCertificate: own, proxyCredentials: false },
    addresses: undefined,
  }
}
