import { printable } from '@lading/errors'
import { compareFiles, type FileDifference, type Image } from '@lading/image'
import { Interruption } from '../cli-error.ts'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { fileJson } from '../text/file-line.ts'
import { jsonText } from '../text/json-line.ts'
import { withImage, type ImageOptions } from './with-image.ts'

interface DiffOptions extends ImageOptions {
  readonly json?: boolean | undefined
}

/** A member of a document that differs. */
interface MemberDifference {
  readonly member: string
  readonly before: unknown
  readonly after: unknown
}

export const diff: Action<[before: string, after: string], DiffOptions> = async ([before, after], options, context) => {
  const { signal, print, report } = context
  try {
    const found = await withImage(before, options, context, (left) =>
      withImage(after, options, context, async (right) => ({
        manifest: manifestDifferences(left, right),
        config: memberDifferences(parsed(left), parsed(right)),
        files: left.descriptor.digest === right.descriptor.digest ? [] : await compareFiles(left, right, { signal }),
      })),
    )
    if (options.json === true) print(jsonText({ ...found, files: found.files.map(differenceJson) }))
    else for (const line of linesOf(found)) print(line)
    const isSame = Object.values(found).every((list) => list.length === 0)
    return isSame ? exitCodes.ok : exitCodes.failure
  } catch (error) {
    // As diff does: 1 says that there is a difference, and 2 that nobody knows.
    const code = report(error)
    return signal.aborted && signal.reason instanceof Interruption ? code : exitCodes.usage
  }
}

function manifestDifferences(left: Image, right: Image): readonly MemberDifference[] {
  const facts = ({ descriptor, manifest, layers }: Image): object => ({
    digest: descriptor.digest,
    mediaType: manifest.mediaType,
    config: manifest.config.digest,
    layers: layers.map((layer) => layer.descriptor.digest),
    annotations: manifest.annotations,
  })
  return memberDifferences(facts(left), facts(right))
}

const parsed = ({ configBytes }: Image): unknown => JSON.parse(new TextDecoder().decode(configBytes))

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function memberDifferences(before: unknown, after: unknown, member = ''): readonly MemberDifference[] {
  if (isObject(before) && isObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
    return names.flatMap((name) =>
      memberDifferences(before[name], after[name], member === '' ? name : `${member}.${name}`),
    )
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ member, before, after }]
}

const signs = { added: 'A', removed: 'D', changed: 'C' } as const

function* linesOf(found: {
  readonly manifest: readonly MemberDifference[]
  readonly config: readonly MemberDifference[]
  readonly files: readonly FileDifference[]
}): Generator<string, void, undefined> {
  for (const part of ['manifest', 'config'] as const)
    for (const { member, before, after } of found[part]) {
      if (before !== undefined) yield `- ${part} ${printable(`${member} ${JSON.stringify(before)}`, 1000)}`
      if (after !== undefined) yield `+ ${part} ${printable(`${member} ${JSON.stringify(after)}`, 1000)}`
    }
  for (const { kind, path, what } of found.files)
    yield `${signs[kind]} ${printable(path, 4096)}${what.length === 0 ? '' : ` (${what.join(', ')})`}`
}

const differenceJson = ({ kind, path, what, before, after }: FileDifference): object => ({
  kind,
  path,
  what,
  before: before === undefined ? undefined : fileJson(before),
  after: after === undefined ? undefined : fileJson(after),
})
