import { isLadingError, printable } from '@lading/errors'
import { RegistryError } from '../errors/registry-error.ts'
import type { TransportHeaders } from '../transport.ts'
import type { Head } from '../wire/wire-request.ts'

/** The coding that an answer is labelled with, although none was asked for; `undefined` for none. */
export function codingOf(headers: TransportHeaders): string | undefined {
  const label = headers.get('content-encoding')?.trim().toLowerCase() ?? ''
  return label === '' || label === 'identity' ? undefined : printable(label, 60)
}

export const codingHint = 'a proxy may compress answers; it must not change those of a registry'

/** What bytes that are not the right ones end with. */
const mismatches: ReadonlySet<string> = new Set([
  'DIGEST_MISMATCH',
  'SIZE_MISMATCH',
  'SHORT_BODY',
  'JSON_INVALID',
  'BAD_RESPONSE',
  'TOKEN_FAILED',
])

/**
 * The bytes are taken as they come, whatever `Content-Encoding` says of them: storage keeps labels that are not true, and
 * a digest is over what was sent. Where the bytes turn out wrong, the label says why.
 */
export function explainedByCoding(error: unknown, head: Pick<Head, 'headers' | 'url' | 'status'> | undefined): unknown {
  const coding = head === undefined ? undefined : codingOf(head.headers)
  if (head === undefined || coding === undefined || !isLadingError(error) || !mismatches.has(error.code)) return error
  return contentCoding(head.url.host, coding, { ...error.facts, status: head.status, cause: error })
}

export function contentCoding(
  host: string,
  coding: string,
  facts: ConstructorParameters<typeof RegistryError>[2] = {},
): RegistryError {
  return new RegistryError(
    'CONTENT_CODING',
    `${host} sent the content with Content-Encoding ${coding}, which was not requested`,
    {
      ...facts,
      host,
      hint: codingHint,
    },
  )
}
