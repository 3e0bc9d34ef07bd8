import { expect, it } from 'vitest'
import { testReadmeExample } from '../../../test/support/readme-example.ts'
import { parseImageConfig, schemas } from '../src/index.ts'
import { foldHistory, makeConfig, verifySchema1, withSchema1 } from '../src/schema1/index.ts'
import { keyIdOf, newSigner, schema1Document, signed } from '../../../test/support/schema1.ts'
import { bytesOf } from './support/documents.ts'

testReadmeExample(import.meta)

it("the example with a media type of one's own works", () => {
  const bytes = bytesOf({ name: 'llama' })

  // <own>
  const mine = schemas.with(
    'application/vnd.acme.model+json',
    (document) => JSON.parse(new TextDecoder().decode(document)) as { name: string },
  )
  const model = mine.unmarshal('application/vnd.acme.model+json', bytes) // { name: string }
  // </own>

  expect(model.name).toBe('llama')
})

it('the example of schema 1 works', async () => {
  const contentType = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
  const by = newSigner('ES256')
  const diffIds = [`sha256:${'d'.repeat(64)}`] as const
  const { bytes, payload } = signed(schema1Document([{ blob: `sha256:${'a'.repeat(64)}`, image: { os: 'linux' } }]), by)
  const lines: string[] = []
  const print = (line: string): number => lines.push(line)

  // <schema1>
  const old = withSchema1(schemas)
  const { digested } = old.identify(contentType, bytes) // verify the digest over this
  const manifest = old.unmarshal(contentType, bytes)
  if (manifest.kind === 'schema1') {
    const [signer] = await verifySchema1(manifest) // throws unless every signature fits
    const entries = foldHistory(manifest) // base first, repeated entries dropped
    print(
      `${manifest.name}:${manifest.tag} by ${signer?.keyId ?? 'nobody'}, ${entries.length} entries, payload ${digested.length} bytes`,
    )
    const config = makeConfig(entries, diffIds) // to the byte what docker makes: its digest is the image ID
    print(parseImageConfig(config).os)
  }
  // </schema1>

  expect(lines).toEqual([
    `library/busybox:latest by ${keyIdOf(by.publicKey)}, 1 entries, payload ${payload.length} bytes`,
    'linux',
  ])
})
