import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'

export interface Answer {
  readonly status: number
  /** Names in lower case; several values are joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** False when the connection ended before the body did. */
  readonly whole: boolean
}

export interface Question {
  readonly method?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: Uint8Array | undefined
}

export interface Wire {
  /** Certificates to trust, in PEM. */
  readonly ca?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** One request on its own connection: nothing followed, nothing decoded. */
export function ask(
  url: string,
  { method = 'GET', headers = {}, body }: Question,
  { ca, signal }: Wire = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let headed = false
    const options = {
      method,
      headers: { 'accept-encoding': 'identity', ...headers },
      agent: false as const,
      ...(ca === undefined ? {} : { ca }),
      ...(signal === undefined ? {} : { signal }),
    }
    const outgoing = (url.startsWith('https:') ? httpsRequest : httpRequest)(
      url,
      options,
      (answer: IncomingMessage) => {
        headed = true
        const chunks: Uint8Array[] = []
        const done = (): void =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: joined(answer),
            body: Buffer.concat(chunks),
            whole: answer.complete,
          })
        answer.on('data', (chunk: Uint8Array) => chunks.push(chunk))
        answer.on('error', done)
        answer.on('close', done)
      },
    )
    outgoing.on('error', (error) => headed || reject(error))
    outgoing.end(body)
  })
}

const joined = ({ headersDistinct }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(', ')]))

export function json({ body }: Answer): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>
}

/** The code of the first error in an error body; `undefined` when there is none. */
export function errorCode(answer: Answer): string | undefined {
  try {
    return (json(answer)['errors'] as { code: string }[])[0]?.code
  } catch {
    return undefined
  }
}
