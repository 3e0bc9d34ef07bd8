import { oneDelivery } from '@lading/distribution'
import { printable } from '@lading/errors'
import { familiarString, isNameOnly, tryParseReference, withTag, type Reference } from '@lading/reference'
import { CliError } from '../cli-error.ts'
import { boundedPattern } from '../text/bounded-pattern.ts'
import { copyOne, openTargetOf, type Pair } from './copy-one.ts'
import type { CopyPlace } from './copy-place.ts'
import { closingAll } from './copy-sides.ts'
import type { CopyCommandOptions, CopyDone, CopyTask } from './copy-task.ts'
import { openArchivePlace, type OpenTarget } from './open-place.ts'

export interface CopiedTags {
  readonly done: readonly CopyDone[]
  readonly failures: readonly unknown[]
}

/** One of several that are copied. */
interface Tag {
  readonly tag: string
  /** As the place itself calls it, which may be a full reference. */
  readonly name: string
}

/**
 * @throws CliError `USAGE` for a place that is no repository without a tag, and no archive or layout without a name
 */
export function assertHasTags(place: CopyPlace): void {
  const isWhole =
    'reference' in place ? isNameOnly(place.reference) : place.kind !== 'directory' && place.name === undefined
  if (isWhole) return
  throw new CliError(
    'USAGE',
    `--all-tags copies all images of a repository, a layout or an archive, and ${printable(place.text, 200)} is not one`,
    { hint: 'give names without tags, and directories and files without names' },
  )
}

/** Every tag that is wanted, one after the other. What fails hides no other, and a list that breaks off none before it. */
export async function copyTags(task: CopyTask, from: CopyPlace, to: CopyPlace): Promise<CopiedTags> {
  const closers: (() => Promise<void>)[] = []
  return closingAll(async () => {
    const source = 'path' in from ? await openArchivePlace(from, task.context, task.renderer) : undefined
    if (source !== undefined) closers.push(() => source.close())
    const names = source === undefined ? tagsOf(task, from) : namesOf(source, task)
    // An archive is one file, with all of them.
    const isFile = to.kind === 'oci-archive' || to.kind === 'docker-archive'
    const file = isFile && task.options.dryRun !== true ? await openTargetOf(task, to) : undefined
    const shared = file === undefined ? undefined : oneDelivery(file.target)
    if (file !== undefined && shared !== undefined)
      closers.unshift(
        () => shared.abort(),
        () => file.abort(),
      )
    // Full references of several repositories may have one tag.
    const taken = new Map<string, string>()
    const copied = await copyEach(task, names, ({ tag, name }): Pair => {
      const target = targetAt(to, { tag, name, from })
      const opened: OpenTarget | undefined = file &&
        shared && { ...file, target: shared.target, names: namesAt(target), text: target.text }
      const other = taken.get(target.text)
      if (other !== undefined)
        throw new CliError(
          'USAGE',
          `${printable(name, 200)} and ${printable(other, 200)} would both be ${target.text}`,
          {
            hint: 'copy them one by one, to different names',
          },
        )
      taken.set(target.text, name)
      return {
        from: sourceAt(from, { tag, name }),
        to: target,
        source: source === undefined ? undefined : { source, what: name },
        target: opened,
      }
    })
    if (copied.done.length + copied.failures.length === 0)
      throw new CliError('USAGE', `${printable(from.text, 200)} has no matching tag`, {
        hint: 'lading tags lists what there is',
      })
    if (copied.done.length > 0) await shared?.finish({ signal: task.context.signal })
    return copied
  }, closers)
}

async function copyEach(task: CopyTask, names: AsyncIterable<Tag>, pairOf: (tag: Tag) => Pair): Promise<CopiedTags> {
  const isWanted = tagFilter(task.options)
  const { signal } = task.context
  const done: CopyDone[] = []
  const failures: unknown[] = []
  try {
    for await (const each of names) {
      if (!isWanted(each.tag)) continue
      try {
        done.push(await copyOne(task, pairOf(each)))
      } catch (error) {
        signal.throwIfAborted()
        failures.push(error)
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    if (done.length + failures.length === 0) throw error
    failures.push(error)
  }
  return { done, failures }
}

function tagFilter({ include, exclude }: CopyCommandOptions): (tag: string) => boolean {
  const [wanted, unwanted] = [include, exclude].map((each) => (each === undefined ? undefined : boundedPattern(each)))
  return (tag) => wanted?.(tag) !== false && unwanted?.(tag) !== true
}

async function* tagsOf({ sides }: CopyTask, from: CopyPlace): AsyncGenerator<Tag, void, undefined> {
  if ('reference' in from) for await (const tag of sides.tags(from.kind, from.reference)) yield { tag, name: tag }
}

/** The names of a layout or an archive: tags, or full references with one. */
async function* namesOf(
  source: Awaited<ReturnType<typeof openArchivePlace>>,
  { context: { signal } }: CopyTask,
): AsyncGenerator<Tag, void, undefined> {
  for await (const { name } of source.names({ signal })) {
    const reference = name.includes(':') ? tryParseReference(name) : undefined
    if (reference?.digest === undefined) yield { tag: reference?.tag ?? name, name }
  }
}

const repositoryAt = (kind: 'registry' | 'store', reference: Reference, tag: string): CopyPlace => {
  const tagged = withTag(reference, tag)
  return { kind, text: familiarString(tagged), reference: tagged }
}

function sourceAt(from: CopyPlace, { tag, name }: Tag): CopyPlace {
  if ('reference' in from) return repositoryAt(from.kind, from.reference, tag)
  return from.kind === 'directory' ? from : { ...from, text: `${from.text}:${name}`, name }
}

/** A repository's tags have the same tags elsewhere; the names of layouts and archives stay as they are among themselves. */
function targetAt(to: CopyPlace, { tag, name, from }: Tag & { readonly from: CopyPlace }): CopyPlace {
  if ('reference' in to) return repositoryAt(to.kind, to.reference, tag)
  if (to.kind === 'directory') return to
  const isTagOfRepository = 'reference' in from
  // docker finds nothing under a tag alone.
  const full = isTagOfRepository && to.kind === 'docker-archive' ? String(withTag(from.reference, tag)) : name
  return { ...to, text: `${to.text}:${full}`, name: full }
}

const namesAt = (place: CopyPlace): readonly string[] =>
  'name' in place && place.name !== undefined ? [place.name] : []
