import { base64Length, decodeBase64, decodeBase64Url } from '../decode/decode-base64.ts'
import { documentMembers } from '../decode/check-document.ts'
import { knownNames } from '../decode/known-names.ts'
import type { Limits } from '../decode/limits.ts'
import { readMembers, type Members } from '../decode/members.ts'
import { decodeUtf8 } from '../json/decode-utf8.ts'
import { itemPath } from '../json/json-path.ts'
import { OddNumber } from '../json/json-value.ts'
import { defaultMaxDepth, readText } from '../json/parse-strict-json.ts'
import { readJson } from '../json/read-json.ts'
import { scanJson } from '../json/scan-json.ts'
import { ManifestError } from '../manifest-error.ts'
import type { Schema1Signature } from './schema1-manifest.ts'

/** A document taken apart: what was signed, and the signatures. */
export interface Envelope {
  readonly payload: Uint8Array
  readonly signatures: readonly Schema1Signature[]
}

const blockMembers = knownNames('header', 'signature', 'protected')
const formatMembers = knownNames('formatLength', 'formatTail')
const headerMembers = knownNames('jwk', 'alg', 'x5c')
const keyMembers = knownNames('kty', 'kid', 'crv', 'x', 'y', 'n', 'e')
/** More than any registry or tool ever wrote. */
const mostSignatures = 32
const mostCertificates = 10
/** libtrust cuts before the last brace, so nothing but that and white space may follow the signed members. */
const wholeTail = /^[\t\n\r ]*\}[\t\n\r ]*$/
const hint = 'the manifest was damaged or tampered with; have the image pushed again'

/**
 * Takes a signed document ("pretty JWS" of libtrust) apart. Each signature's protected header says how many bytes of the
 * document were signed (`formatLength`) and what followed them before the signatures were put in (`formatTail`); all
 * must say the same. A document that has more than that payload and its signatures is refused: readers that look at the
 * whole would see other content than was signed (CVE-2014-8179).
 *
 * @throws ManifestError `SCHEMA1_ENVELOPE_INVALID`, `MANIFEST_INVALID`, `TOO_LARGE` and the `JSON_` codes
 */
export function parseEnvelope(bytes: Uint8Array, limits: Limits = {}): Envelope {
  const document = readAsWritten(bytes, limits)
  const members = readMembers(document, '$', 'MANIFEST_INVALID', documentMembers)
  const blocks = members.has('signatures') ? members.list('signatures', mostSignatures) : []
  if (blocks.length === 0)
    throw invalid('missing signature key: the document came as signed and has no signatures', '$.signatures')

  let agreed: Format | undefined
  const signatures: Schema1Signature[] = []
  for (const [index, value] of blocks.entries()) {
    const block = readMembers(value, itemPath('$.signatures', index), 'SCHEMA1_ENVELOPE_INVALID', blockMembers)
    const format = readFormat(block)
    if (agreed !== undefined && agreed.length !== format.length)
      throw invalid(`conflicting format length: ${agreed.length} and ${format.length}`, block.pathOf('protected'))
    if (agreed !== undefined && agreed.tail !== format.tail)
      throw invalid('conflicting format tail', block.pathOf('protected'))
    agreed = format
    signatures.push(readSignature(block))
  }
  const { length, tail } = agreed as Format
  if (length > bytes.length)
    throw invalid(
      `invalid format length: ${length} bytes were signed, and the document has ${bytes.length}`,
      '$.signatures',
    )

  const payload = joined(bytes.subarray(0, length), new TextEncoder().encode(tail))
  // Its end is the format tail's, so a place in it may be none in the document.
  assertNothingElse(
    document,
    inner('what was signed', '$', () => readAsWritten(payload, limits)),
  )
  return { payload, signatures }
}

interface Format {
  readonly length: number
  readonly tail: string
}

function readFormat(block: Members): Format {
  const at = block.pathOf('protected')
  const header = decodeBase64Url(block.text('protected')) ?? fail('the protected header is not base64url', at)
  const members = readMembers(
    inner('the protected header', at, () => readJson(header, {})),
    at,
    'SCHEMA1_ENVELOPE_INVALID',
    formatMembers,
  )
  if (!members.has('formatLength')) throw invalid('missing formatted length', at)
  if (!members.has('formatTail')) throw invalid('missing formatted tail', at)
  const tail = decodeUtf8(decodeBase64Url(members.text('formatTail')) ?? fail('the format tail is not base64url', at))
  if (!wholeTail.test(tail)) throw invalid('the format tail is more than the end of the document', at)
  return { length: members.count('formatLength'), tail }
}

function readSignature(block: Members): Schema1Signature {
  const header = readMembers(
    block.value('header') ?? block.fail('header', 'is missing'),
    block.pathOf('header'),
    'SCHEMA1_ENVELOPE_INVALID',
    headerMembers,
  )
  const jwk = header.has('jwk')
    ? readMembers(header.value('jwk'), header.pathOf('jwk'), 'SCHEMA1_ENVELOPE_INVALID', keyMembers)
    : undefined
  const chain = header.has('x5c')
    ? header
        .list('x5c', mostCertificates)
        .map((text, index) => certificate(text, itemPath(header.pathOf('x5c'), index)))
    : undefined
  return {
    path: block.path,
    algorithm: header.text('alg'),
    protectedHeader: block.text('protected'),
    signature:
      decodeBase64Url(block.text('signature')) ?? fail('the signature is not base64url', block.pathOf('signature')),
    ...(jwk === undefined ? {} : { jwk: header.value('jwk') as Readonly<Record<string, unknown>> }),
    ...(chain === undefined || chain.length === 0 ? {} : { chain }),
  }
}

function certificate(text: unknown, at: string): Uint8Array {
  if (typeof text !== 'string' || base64Length(text) === undefined) return fail('the certificate is not base64', at)
  return decodeBase64(text)
}

/** A document inside the document: where it goes wrong is told in words, for an `offset` is one of the whole. */
function inner<T>(what: string, at: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    throw new ManifestError(error.code, `${what}: ${error.message}`, { at, cause: error, hint: error.hint })
  }
}

/** Every number as it was written, so that two texts compare equal only when they say the same. */
function readAsWritten(bytes: Uint8Array, { maxBytes }: Limits): unknown {
  return scanJson(readText(bytes, { maxBytes }), {
    maxDepth: defaultMaxDepth,
    number: (written) => new OddNumber(written),
  })
}

function assertNothingElse(document: unknown, payload: unknown): void {
  const { signatures: _, ...rest } = document as Readonly<Record<string, unknown>>
  if (JSON.stringify(rest) !== JSON.stringify(payload))
    throw invalid('the document has content beside what was signed', '$')
}

function joined(start: Uint8Array, end: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(start.length + end.length)
  bytes.set(start)
  bytes.set(end, start.length)
  return bytes
}

const invalid = (what: string, at: string): ManifestError =>
  new ManifestError('SCHEMA1_ENVELOPE_INVALID', `${what} (${at})`, { at, hint })

function fail(what: string, at: string): never {
  throw invalid(what, at)
}
