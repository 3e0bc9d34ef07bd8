import type { BuiltImage, BuiltIndex } from '../built.ts'
import { index, type EntryOptions } from '../index.ts'
import { anyRecord, invalid, isRecord, listOf, members, whole, type Decode } from './decode.ts'
import { applyCommon, commonShape, readImage, type CommonMembers, type Reading } from './read-image.ts'

/** An index in an index, and so on. */
const deepest = 8

interface Read {
  readonly built: BuiltImage | BuiltIndex
  readonly entry: EntryOptions | undefined
}

interface IndexMembers extends CommonMembers {
  manifests: readonly (Read | { readonly attest: number })[]
  indexMembers: Record<string, unknown>
}

/** An image, an artifact, or with `manifests` an index. */
export function readOne(value: unknown, path: string, reading: Reading, depth = 0): Read {
  const read =
    isRecord(value) && 'manifests' in value ? readIndex(value, path, reading, depth) : readImage(value, path, reading)
  const { repository, tag } = read.built
  if (repository !== undefined && tag !== undefined) reading.named.set(`${repository}:${tag}`, read.built)
  return read
}

function readIndex(value: unknown, path: string, reading: Reading, depth: number): Read {
  if (depth >= deepest) throw invalid(path, `more than ${deepest} indexes in one another`)
  const child: Decode<IndexMembers['manifests'][number]> = (each, at) =>
    isRecord(each) && 'attest' in each ? attestation(each, at) : readOne(each, at, reading, depth + 1)
  const given = members<IndexMembers>({ ...commonShape, manifests: listOf(child), indexMembers: anyRecord })(
    value,
    path,
  )
  const children = given.manifests ?? []
  let builder = index(given.name)
  for (const [position, each] of children.entries()) {
    if ('attest' in each) {
      const attested = each.attest < position ? children[each.attest] : undefined
      if (attested === undefined || 'attest' in attested || attested.built.kind !== 'manifest')
        throw invalid(`${path}.manifests[${position}].attest`, 'no image stands at that position before it')
      builder = builder.attest(attested.built)
    } else {
      builder = builder.add(each.built, each.entry)
    }
  }
  if (given.indexMembers !== undefined) builder = builder.indexMembers(given.indexMembers)
  return { built: applyCommon(builder, given, reading, path).build(), entry: given.entry }
}

const attestation: Decode<{ readonly attest: number }> = (value, path) => ({
  attest: members<{ attest: number }>({ attest: whole(0, 1000) })(value, path).attest ?? 0,
})
