import type { TransportHeaders } from '../transport.ts'
import { parseLenientJson } from './parse-lenient-json.ts'

/**
 * Whether an answer is a page for people: the login page of a captive portal or a proxy comes with status 200. The content
 * decides; some servers label everything `text/html` that they serve from a folder.
 */
export function isWebPage(headers: TransportHeaders, body: Uint8Array): boolean {
  if (new TextDecoder().decode(body.subarray(0, 64)).trimStart().startsWith('<')) return true
  return isLabelledPage(headers) && !isJsonObject(body)
}

/** Whether it says of itself that it is one. */
export const isLabelledPage = (headers: TransportHeaders): boolean =>
  /^\s*text\/html\b/i.test(headers.get('content-type') ?? '')

function isJsonObject(body: Uint8Array): boolean {
  try {
    const value = parseLenientJson(body)
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}
