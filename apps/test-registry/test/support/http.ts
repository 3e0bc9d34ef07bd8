import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** False when the connection ended before the body did. */
  readonly whole: boolean
}

export interface Ask {
  readonly method?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: Uint8Array | string | undefined
  readonly ca?: string | undefined
  /** A client certificate, in PEM. */
  readonly client?: { readonly cert: string; readonly key: string } | undefined
  /** Leaves, without waiting for the rest, once so many bytes of the body are there. */
  readonly leaveAt?: number | undefined
}

/** Of an answer's head: registries may send long ones. */
const maxHeaderSize = 512 * 1024

/** One request on its own connection, no redirects, nothing decoded. Rejects when no head came. */
export function ask(
  url: string,
  { method = 'GET', headers = {}, body, ca, client, leaveAt }: Ask = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let headed = false
    const secure = url.startsWith('https:')
    const outgoing = (secure ? httpsRequest : httpRequest)(
      url,
      { method, headers, agent: false, maxHeaderSize, ...(ca === undefined ? {} : { ca }), ...client },
      (answer: IncomingMessage) => {
        // From here on the answer tells how it ended.
        headed = true
        const chunks: Buffer[] = []
        let total = 0
        const done = (): void =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks),
            whole: answer.complete,
          })
        answer.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          total += chunk.length
          if (leaveAt !== undefined && total >= leaveAt) answer.destroy()
        })
        answer.on('error', done)
        answer.on('close', done)
      },
    )
    outgoing.on('error', (error) => headed || reject(error))
    outgoing.end(body)
  })
}

export const json = (answer: Answer): Record<string, unknown> =>
  JSON.parse(answer.body.toString()) as Record<string, unknown>

/** The code of the first error in an error body. */
export const errorCode = (answer: Answer): string | undefined =>
  (json(answer)['errors'] as { code: string }[] | undefined)?.[0]?.code

/** What comes back on a plain socket, until the other side ends. */
export function askRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('end', () => {
      socket.end()
      resolve(Buffer.concat(chunks).toString('latin1'))
    })
    socket.on('error', reject)
  })
}
