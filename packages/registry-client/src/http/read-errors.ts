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
 * Reads `{"errors":[{code,message,detail}]}` (distribution-spec, "Error Codes"), the token servers'
 * `{"error": "…", "error_description": "…"}` (RFC 6749 5.2), what gateways say in their place, and the XML of the storage
 * behind a registry, by what is there and not by the content type.
 */
export function readErrors(body: Uint8Array): ErrorBody {
  const text = new TextDecoder().decode(body).trim()
  if (text.startsWith('<')) return { entries: entriesOfXml(text), text: '' }
  if (!/^[{[]/.test(text)) return { entries: [], text: harmless(text, 300) }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { entries: [], text: harmless(text, 300) }
  }
  const entries = Array.isArray(value) ? listed(value) : entriesOf(value as Record<string, unknown>)
  return { entries, text: entries.length > 0 ? '' : harmless(text, 300) }
}

function entriesOf(value: Readonly<Record<string, unknown>>): readonly ReportedError[] {
  const { errors, error } = value
  if (Array.isArray(errors)) return listed(errors)
  if (typeof error === 'string') return [entry(error, value['error_description'] ?? value['message'])]
  const one = [errors, error].flatMap(entryOf)
  if (one.length > 0) return one
  const said = [value['message'], value['details'], value['detail']].find(
    (text) => typeof text === 'string' && text !== '',
  )
  return said === undefined ? [] : [entry(value['code'], said)]
}

/** `<Error><Code>NoSuchKey</Code><Message>…</Message></Error>`: S3, Azure, Google Cloud Storage and what is like them. */
function entriesOfXml(text: string): readonly ReportedError[] {
  const code = /<Code>([^<]{1,200})<\/Code>/.exec(text)?.[1]
  const message = /<Message>([^<]{1,1000})<\/Message>/.exec(text)?.[1]
  return code === undefined && message === undefined ? [] : [entry(code, message)]
}

const listed = (errors: readonly unknown[]): readonly ReportedError[] => errors.slice(0, mostEntries).flatMap(entryOf)

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

/** `manifest unknown: no such tag`, as docker prints it; `NoSuchKey: …` as it is. */
export function formatReported({ code, message }: ReportedError): string {
  const words = (/[a-z]/.test(code) && !code.includes('_') ? code : code.toLowerCase()).replaceAll('_', ' ')
  return [words, message].filter((part) => part !== '').join(': ')
}
