import { isLadingError } from '@lading/errors'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { atScale } from '../../../../test/support/scale.ts'
import { archiveOf, type Member } from '../support/some-archive.ts'
import { dockerArchive, indexOf, legacyArchive, ociArchive, testImage } from '../support/some-image.ts'
import { waysIn } from '../support/ways-in.ts'

const image = testImage('one')
const other = testImage('two')
const kinds: Readonly<Record<string, ReadonlyMap<string, Uint8Array>>> = {
  docker: dockerArchive([image, 'app:1'], [other]),
  OCI: ociArchive([image, other], [{ bytes: indexOf(image, other), name: 'app:1' }, { bytes: image.manifest }]),
  'docker before 1.10': legacyArchive(['base', 'top'], { app: { '1': 1 } }).files,
  'docker before 1.10, without names': withoutNames(),
}

function withoutNames(): ReadonlyMap<string, Uint8Array> {
  const { files } = legacyArchive(['base', 'top'], {})
  files.delete('repositories')
  return files
}

/** Where in a member, by its share of it, and what is there instead. */
const change = fc.record({
  member: fc.nat(1000),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat(8),
  instead: fc.oneof(
    fc.uint8Array({ maxLength: 8 }),
    fc
      .constantFrom('null', '[]', '{}', '""', '-1', '1e999', '"sha256:"', '../../x', '\u0000')
      .map((text) => Buffer.from(text)),
  ),
})
const symlink = fc.record({
  member: fc.nat(1000),
  to: fc.constantFrom('.', '..', 'manifest.json', '/etc/passwd', 'layer.tar'),
})

it.each(Object.entries(kinds))(
  'an archive of %s with anything changed in it is read, or refused with a reason',
  async (_, files) => {
    const members = [...files]
    const outcomes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.option(symlink, { freq: 5 }),
        async (changes, link) => {
          const changed: [string, Member][] = members.map(([path, bytes]) => [path, bytes])
          for (const { member, at, length, instead } of changes) {
            const [path, bytes] = changed[member % changed.length] ?? ['', new Uint8Array()]
            if (!(bytes instanceof Uint8Array)) continue
            const start = Math.floor(at * bytes.byteLength)
            changed[member % changed.length] = [
              path,
              new Uint8Array(Buffer.concat([bytes.subarray(0, start), instead, bytes.subarray(start + length)])),
            ]
          }
          const [path = ''] = link === null ? [] : (changed[link.member % changed.length] ?? [])
          if (link !== null) changed[link.member % changed.length] = [path, { symlink: link.to }]
          const read = waysIn['as it comes']
          const outcome = await read?.(await archiveOf(changed)).then(
            () => 'read',
            (error: unknown) => (isLadingError(error) && error.hint !== undefined ? error.code : error),
          )
          expect(outcome).toBeTypeOf('string')
          outcomes.add(String(outcome))
        },
      ),
      { numRuns: atScale(60, 2000) },
    )
    expect(outcomes.size).toBeGreaterThan(1)
  },
)
