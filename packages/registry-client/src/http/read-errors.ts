import { printable, redact } from '@lading/errors'
import type { ReportedError } from '../errors/registry-error.ts'

const mostEntries = 10

// Some servers repeat the header they did not like.
const harmless = (text: string, limit: number): string => redact(printable(text, limit))

/** What an error body says: the registry's `errors`, or its text. Everything in it is safe to print. */
export interface ErrorBody {
  readonly entries: readonly ReportedError[]
  /** A body that is no error list: its text, shortened; empty for none and for HTML. */
  readonly text: string
}

/**
 * Reads `{"errors":[{code,message,detail}]}` (distribution-spec, "Error Codes"), the older `{"details": "…"}`, and the
 * token servers' `{"error": "…", "error_description": "…"}` (RFC 6749 5.2), by what is there and not by the content type.
 */
export function readErrors(body: Uint8Array): ErrorBody {
  const text = new TextDecoder().decode(body).trim()
  if (!text.startsWith('{')) return { entries: [], text: text.startsWith('<') ? '' : harmless(text, 300) }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { entries: [], text: harmless(text, 300) }
  }
  const entries = entriesOf(value as Record<string, unknown>)
  return { entries, text: entries.length > 0 ? '' : harmless(text, 300) }
}

function entriesOf(value: Readonly<Record<string, unknown>>): readonly ReportedError[] {
  if (Array.isArray(value['errors'])) return value['errors'].slice(0, mostEntries).flatMap(entryOf)
  if (typeof value['error'] === 'string') return [entry(value['error'], value['error_description'])]
  if (typeof value['details'] === 'string' && value['details'] !== '') return [entry('', value['details'])]
  return []
}

function entryOf(value: unknown): readonly ReportedError[] {
  if (typeof value !== 'object' || value === null) return []
  const { code, message } = value as { code?: unknown; message?: unknown }
  return typeof code === 'string' || typeof message === 'string' ? [entry(code, message)] : []
}

function entry(code: unknown, message: unknown): ReportedError {
  return {
    code: typeof code === 'string' ? harmless(code, 64) : '',
    message: typeof message === 'string' ? harmless(message, 300) : '',
  }
}

/** `manifest unknown: no such tag`, as docker prints it. */
export function formatReported({ code, message }: ReportedError): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return [words, message].filter((part) => part !== '').join(': ')
}
