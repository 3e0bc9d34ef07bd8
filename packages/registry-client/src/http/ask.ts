import { RegistryError } from '../errors/registry-error.ts'
import { createCollector, type Collector } from './collect.ts'
import type { ClientContext } from '../wire/context.ts'
import { hideSecretsInBody } from '../wire/hide-secrets.ts'
import { send, type Head, type Question, type Receiver, type SendOptions } from '../wire/send.ts'

/** A small answer, whole. */
export interface Answer {
  readonly head: Head
  readonly body: Uint8Array
}

/** An answer that nobody expected, with as much of its body as explains it. */
export type Refusal = Answer

/** Enough for every honest explanation (reliability B1, C17). */
const longestErrorBody = 64 * 1024
/**
 * Sends a question and gathers the answer, whatever its status.
 *
 * @throws RegistryError `TOO_LARGE` beyond `maxBytes`, `CONTENT_CODING`; what `send` throws
 */
export async function ask(
  context: ClientContext,
  question: Question,
  options: SendOptions & { readonly maxBytes: number },
): Promise<Answer> {
  const { maxBytes } = options
  let head: Head | undefined
  let collected: Collector = createCollector(maxBytes)
  const tooLarge = (host: string): RegistryError =>
    new RegistryError('TOO_LARGE', `${host} answers with more than ${maxBytes} bytes`, {
      host,
      expected: maxBytes,
      hint: 'is this the address of a registry?',
    })
  const refusal = await stream(
    context,
    question,
    {
      expects: (given) => given.status < 400,
      head(given) {
        head = given
        collected = createCollector(maxBytes)
        assertPlain(given)
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
    throw new RegistryError('BAD_RESPONSE', `${question.url.host} gave no answer`, { host: question.url.host })
  return { head, body: collected.bytes() }
}

export interface StreamReceiver extends Receiver {
  /** Which answers go to the receiver; the others come back as a refusal. */
  expects(head: Head): boolean
}

/**
 * Sends a question and hands an expected answer on as it comes; gathers any other. A body that explains a refusal may
 * be cut short, or longer than useful: the status counts (docker-registry 2.8 sends a 416 with a wrong length).
 */
export async function stream(
  context: ClientContext,
  question: Question,
  to: StreamReceiver,
  options: SendOptions,
): Promise<Refusal | undefined> {
  let refused: Head | undefined
  const body = createCollector(longestErrorBody)
  const enough = new Error('enough of an error body')
  try {
    await send(
      context,
      question,
      {
        head(head) {
          if (to.expects(head)) return to.head(head)
          refused = head
        },
        data(chunk) {
          if (refused === undefined) return to.data(chunk)
          if (!body.add(chunk)) throw enough
        },
      },
      options,
    )
  } catch (error) {
    options.signal?.throwIfAborted()
    if (refused === undefined) throw error
  }
  return refused === undefined ? undefined : { head: refused, body: hideSecretsInBody(body.bytes(), context, question) }
}

/**
 * We asked for no coding, and a digest is over the bytes as they are: a coded answer is refused, not decoded.
 *
 * @throws RegistryError `CONTENT_CODING`
 */
export function assertPlain({ headers, url, status }: Head): void {
  const coding = headers.get('content-encoding')?.trim().toLowerCase()
  if (coding === undefined || coding === '' || coding === 'identity') return
  throw new RegistryError(
    'CONTENT_CODING',
    `${url.host} sends the content coded (${coding.slice(0, 60)}) although that was not asked for`,
    { host: url.host, status, hint: 'a proxy in between may compress; it must leave registry traffic alone' },
  )
}
