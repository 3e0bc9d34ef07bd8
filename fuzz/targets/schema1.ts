import { DOCKER_SCHEMA1_SIGNED, ManifestError } from '@lading/manifest'
import { isDigest } from '@lading/digest'
import { decodeSchema1, foldHistory } from '@lading/manifest/schema1'
import { bytesOf } from '../encoding.ts'
import type { Random } from '../random.ts'
import { holds, unlessRefused } from '../refusal.ts'
import type { Target } from '../target.ts'

const hex = (random: Random): string => random.text('0123456789abcdef', 64)
const base64url = (text: string): string => Buffer.from(text).toString('base64url')

/** A document as libtrust signs it, but for the signature itself, which the envelope's parser does not look at. */
function signedDocument(random: Random): string {
  const ids = Array.from({ length: 1 + random.below(4) }, () => hex(random))
  const history = ids.map((id, index) => ({
    v1Compatibility: JSON.stringify({
      id,
      ...(ids[index + 1] === undefined ? {} : { parent: ids[index + 1] }),
      created: '2016-01-02T03:04:05Z',
      container_config: { Cmd: ['sh'] },
      ...(random.once(4) ? { throwaway: true } : {}),
    }),
  }))
  const document = {
    schemaVersion: 1,
    name: 'library/a',
    tag: '1',
    architecture: 'amd64',
    fsLayers: ids.map(() => ({ blobSum: `sha256:${hex(random)}` })),
    history,
  }
  const payload = JSON.stringify(document, undefined, random.pick([0, 3]))
  const end = payload.slice(0, payload.lastIndexOf('}')).trimEnd().length
  const length = random.once(10) ? random.below(payload.length * 2) : end
  const header = JSON.stringify({
    formatLength: length,
    formatTail: base64url(payload.slice(end)),
    time: '2016-01-02T03:04:05Z',
  })
  const block = {
    header: { jwk: { kty: 'EC', crv: 'P-256', kid: 'A', x: 'AA', y: 'AA' }, alg: 'ES256' },
    signature: base64url('signature'),
    protected: base64url(header),
  }
  const blocks = Array.from({ length: random.once(5) ? 2 : 1 }, () => block)
  return `${payload.slice(0, end)},"signatures":${JSON.stringify(blocks)}${payload.slice(end)}`
}

export const schema1: Target = {
  name: 'schema1',
  generate: (random) => bytesOf(signedDocument(random)),
  words: [
    '"signatures":[',
    '"protected":"',
    '"formatLength":',
    '"formatTail":"',
    '"fsLayers":[',
    '"history":[',
    '"v1Compatibility":"',
    '"x5c":[',
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    '\\"',
    'null',
    '\n   ',
  ],
  check(input) {
    const decoded = unlessRefused(ManifestError, input.length, () => decodeSchema1(input, DOCKER_SCHEMA1_SIGNED))
    if (decoded === undefined) return
    holds(decoded.payload.length <= input.length, 'a payload longer than the document')
    holds(
      decoded.fsLayers.every((blob) => isDigest(blob)),
      'a blob that is no digest',
    )
    unlessRefused(ManifestError, input.length, () => foldHistory(decoded))
  },
}
