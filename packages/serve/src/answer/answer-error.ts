import type { ServeError } from '../serve-error.ts'
import type { Response } from './response.ts'

/** Says it as a registry does (distribution-spec, "Error Codes"), or cuts what has begun. */
export function answerError(response: Response, { code, message, hint, status, headers, closes }: ServeError): void {
  if (response.begun) return response.cut()
  const detail = hint === undefined ? {} : { detail: hint }
  const body = new TextEncoder().encode(`${JSON.stringify({ errors: [{ code, message, ...detail }] })}\n`)
  response.send(
    status,
    { 'content-type': 'application/json', ...(closes ? { connection: 'close' } : {}), ...headers },
    body,
  )
}
