import type { IncomingMessage, ServerResponse } from 'node:http'
import { isLadingError } from '@lading/errors'
import { about } from './about.ts'
import { clock } from './clock-endpoint.ts'
import type { ControlOptions } from './control-options.ts'
import { refuse, type ControlReply } from './control-reply.ts'
import type { Controlled, Endpoint } from './endpoint.ts'
import { faults } from './faults-endpoint.ts'
import { images } from './images-endpoint.ts'
import { journal } from './journal-endpoint.ts'
import { streamJournal } from './journal-stream.ts'
import { refusalOf } from './own-request.ts'
import { pageFile } from './page-files.ts'
import { quirks } from './quirks-endpoint.ts'
import { readJson } from './read-json.ts'
import { repositories } from './repositories-endpoint.ts'
import { securityHeaders } from './security-headers.ts'
import { tokens } from './tokens-endpoint.ts'

const endpoints: Readonly<Record<string, Endpoint>> = {
  '': about,
  faults,
  journal,
  images,
  quirks,
  clock,
  tokens,
  repositories,
}
const prefix = '/_lading'
const mebibyte = 1024 * 1024
const mostStreams = 100

export interface ControlParts extends ControlOptions {
  readonly controlled: Controlled
  /** For each piece of a body. */
  readonly patienceMs: number
}

/** Answers for the page and its API; false for a request that is not theirs. None of it is in the journal, and no fault and no credential has a part in it. */
export function createControl({
  controlled,
  patienceMs,
  hosts = [],
}: ControlParts): (message: IncomingMessage, response: ServerResponse) => boolean {
  let streams = 0
  return (message, response) => {
    const target = message.url ?? '/'
    const question = target.indexOf('?')
    const path = question === -1 ? target : target.slice(0, question)
    if (path !== prefix && !path.startsWith(`${prefix}/`)) return false
    respond(path.slice(prefix.length), new URLSearchParams(question === -1 ? '' : target.slice(question + 1))).catch(
      () => response.destroy(),
    )
    return true

    async function respond(below: string, query: URLSearchParams): Promise<void> {
      const refusal = refusalOf(message, hosts)
      if (refusal !== undefined) return sendReply(message, response, refusal)
      if (below === '/api/journal/events') return stream(query)
      if (below === '/api' || below.startsWith('/api/'))
        return sendReply(message, response, await answer(below.slice('/api/'.length), query))
      await sendPage(message, response, below)
    }

    function stream(query: URLSearchParams): void {
      if (message.method !== 'GET') return sendReply(message, response, wrongMethod(['GET']))
      if (streams >= mostStreams)
        return sendReply(message, response, refuse('BUSY', `${mostStreams} streams are open; close one`))
      const why = streamJournal(message, response, query, controlled.journal, securityHeaders)
      if (why !== undefined) return sendReply(message, response, why)
      streams += 1
      response.once('close', () => void (streams -= 1))
    }

    async function answer(below: string, query: URLSearchParams): Promise<ControlReply> {
      const [name = '', ...rest] = below.split('/')
      const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined
      const unknown = refuse('NOT_FOUND', 'there is no such thing in the control API')
      if (endpoint === undefined) return unknown
      const method = message.method ?? 'GET'
      if (!endpoint.methods.includes(method)) return wrongMethod(endpoint.methods)
      const read = ['POST', 'PUT', 'PATCH'].includes(method)
        ? await readJson(message, { limit: endpoint.bodyLimit ?? mebibyte, patienceMs })
        : { value: undefined }
      if ('refusal' in read) return read.refusal
      try {
        const reply = await endpoint.answer(
          { method, rest: decoded(rest.join('/')), query, body: read.value },
          controlled,
        )
        if (method !== 'GET') await controlled.settled()
        return reply ?? unknown
      } catch (error) {
        if (!isLadingError(error)) throw error
        return { status: 400, value: { error: { code: error.code, message: error.message, hint: error.hint } } }
      }
    }
  }
}

const wrongMethod = (methods: readonly string[]): ControlReply =>
  refuse('METHOD', `the methods here are ${methods.join(', ')}`, { allow: methods.join(', ') })

function sendReply(
  message: IncomingMessage,
  response: ServerResponse,
  { status, value, headers = {} }: ControlReply,
): void {
  const body = value === undefined ? '' : `${JSON.stringify(value)}\n`
  // What was not read is not worth reading: the connection goes with it.
  const rest = message.complete || !hasBody(message) ? {} : { connection: 'close' }
  response.writeHead(status, {
    ...securityHeaders,
    ...(value === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }),
    ...rest,
    ...headers,
  })
  response.end(message.method === 'HEAD' ? undefined : body)
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

async function sendPage(message: IncomingMessage, response: ServerResponse, below: string): Promise<void> {
  if (message.method !== 'GET' && message.method !== 'HEAD')
    return sendReply(message, response, wrongMethod(['GET', 'HEAD']))
  if (below === '') return sendReply(message, response, { status: 308, headers: { location: `${prefix}/` } })
  const file = await pageFile(below.slice(1))
  if (file === undefined) return sendReply(message, response, refuse('NOT_FOUND', 'there is no such page'))
  response.writeHead(200, { ...securityHeaders, 'content-type': file.type, 'content-length': file.bytes.length })
  response.end(message.method === 'HEAD' ? undefined : file.bytes)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
