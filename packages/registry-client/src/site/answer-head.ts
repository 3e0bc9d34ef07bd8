import { RegistryError } from '../errors/registry-error.ts'
import { exchange, type ExchangeOptions } from './exchange.ts'
import type { Site } from './site.ts'
import type { Head, Question } from '../wire/wire-request.ts'

/** More is no answer to a request that brings something. */
const longestBody = 1024 * 1024

/**
 * One authorised request of which only the answer's head counts; its body is read to the end and dropped.
 *
 * @throws RegistryError of an answer with another status than `expects`; `BAD_RESPONSE` for more than 1 MiB of body; what `exchange` throws
 */
export async function answerHead(
  site: Site,
  question: Omit<Question, 'authorization'>,
  { expects, ...options }: ExchangeOptions & { readonly expects: readonly number[] },
): Promise<Head> {
  let answer: Head | undefined
  await exchange(
    site,
    question,
    headReceiver(expects, (head) => (answer = head)),
    options,
  )
  return answer ?? noAnswer(question.url)
}

/** Takes the head of an expected answer and drops a body of reasonable length. */
function headReceiver(
  expects: readonly number[],
  take: (head: Head) => void,
): { expects(head: Head): boolean; head(head: Head): void; data(chunk: Uint8Array): void } {
  let host = ''
  let dropped = 0
  return {
    expects: ({ status }) => expects.includes(status),
    head(head) {
      host = head.url.host
      take(head)
    },
    data(chunk) {
      dropped += chunk.byteLength
      if (dropped > longestBody)
        throw new RegistryError(
          'BAD_RESPONSE',
          `${host} sent more than ${longestBody} bytes where no content was expected`,
          { host, hint: 'check that this is the address of a registry' },
        )
    },
  }
}

function noAnswer({ host }: URL): never {
  throw new RegistryError('BAD_RESPONSE', `${host} sent no answer`, { host })
}
