import { expect, it } from 'vitest'
import { formatPlatform, matchPlatforms, parsePlatform, schemas } from '../src/index.ts'
import { bytesOf, indexDocument } from './support/documents.ts'

it('the example works', () => {
  const contentType = 'application/vnd.oci.image.index.v1+json; charset=utf-8'
  const bytes = bytesOf(indexDocument())
  const lines: string[] = []
  const print = (line: string): number => lines.push(line)

  // <example>
  const document = schemas.unmarshal(contentType, bytes) // ImageManifest | ImageIndex
  if (document.kind === 'index') {
    const { candidates, rejected } = matchPlatforms(document.manifests, parsePlatform('linux/arm64'))
    print(`fetch ${candidates[0]?.digest ?? 'nothing'}`)
    for (const { reason } of rejected) print(reason)
    print(document.manifests.map(({ platform }) => (platform ? formatPlatform(platform) : '?')).join(', '))
  } else {
    print(`${document.layers.length} layers`)
  }
  // </example>

  expect(lines).toEqual([`fetch sha256:${'d'.repeat(64)}`, 'linux/arm/v7'])
})

it('the example with a media type of one\'s own works', () => {
  const bytes = bytesOf({ name: 'llama' })

  // <own>
  const mine = schemas.with('application/vnd.acme.model+json', (document) => JSON.parse(new TextDecoder().decode(document)) as { name: string })
  const model = mine.unmarshal('application/vnd.acme.model+json', bytes) // { name: string }
  // </own>

  expect(model.name).toBe('llama')
})
