import type { IncomingMessage } from 'node:http'
import { patientBody } from '../http/patient-body.ts'
import { readBody } from '../http/read-body.ts'
import { refuse, type ControlReply } from './control-reply.ts'

export interface ReadJsonOptions {
  /** In bytes. */
  readonly limit: number
  /** For each piece. */
  readonly patienceMs: number
}

/** A request's JSON. Its content type is asked for because a form on a web page cannot send it. */
export async function readJson(
  message: IncomingMessage,
  { limit, patienceMs }: ReadJsonOptions,
): Promise<{ readonly value: unknown } | { readonly refusal: ControlReply }> {
  const type = (message.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    return {
      refusal: refuse('CONTENT_TYPE', 'the body has to be JSON, with Content-Type: application/json', {
        connection: 'close',
      }),
    }
  const body = await readBody(patientBody(message, patienceMs), limit)
  if (body === undefined)
    return { refusal: refuse('TOO_LARGE', `the body is larger than ${limit} bytes`, { connection: 'close' }) }
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown }
  } catch {
    return { refusal: refuse('NOT_JSON', 'the body is not JSON') }
  }
}
