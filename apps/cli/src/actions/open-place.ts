import type { ArchivedImage, ArchiveSource } from '@lading/archive'
import type { Source, Target } from '@lading/content'
import { printable } from '@lading/errors'
import type { Reference } from '@lading/reference'
import type { RegistryClient } from '@lading/registry-client'
import type { Store } from '@lading/store'
import type { Descriptor, Platform } from '@lading/manifest'
import type { AskedTarget } from '@lading/distribution'
import { CliError } from '../cli-error.ts'
import type { CommandContext } from '../context.ts'
import { tagged, type CopyPlace } from './copy-place.ts'

/** What places are opened with; each is made when the first place needs it. */
export interface PlaceParts {
  client(): Promise<RegistryClient>
  store(): Promise<Store>
  readonly warn: (message: string) => void
  /** A line that says what is done. */
  readonly note: (line: string) => void
}

export interface OpenSource {
  readonly source: Source
  /** In the source's own grammar; or the one thing that is there. */
  readonly what: string | Descriptor
}

export interface OpenTarget {
  readonly target: Target
  /** In the target's own grammar. */
  readonly names: readonly string[]
  /** What is printed of it. */
  readonly text: string
  /** Given up, perhaps before it was begun; nothing stays of it. After a delivery that finished nothing. */
  abort(): Promise<void>
}

export async function openSource(place: CopyPlace, parts: PlaceParts, context: CommandContext): Promise<OpenSource> {
  switch (place.kind) {
    case 'registry': {
      const reference = tagged(place.reference)
      const source = (await parts.client()).repository(reference).source()
      return { source, what: targetOf(reference) }
    }
    case 'store': {
      const source = (await parts.store()).source()
      return { source, what: String(tagged(place.reference)) }
    }
    default: {
      const source = await openArchivePlace(place, context, parts)
      const name = place.kind === 'directory' ? undefined : place.name
      return { source, what: name ?? (await onlyImage(source, place).catch(closing(source))) }
    }
  }
}

/** A layout, a directory or an archive; the archive `-` is what comes from standard input. Whether it is spooled is told. */
export async function openArchivePlace(
  place: Extract<CopyPlace, { readonly path: string }>,
  { signal, input }: CommandContext,
  { note }: Pick<PlaceParts, 'note'>,
): Promise<ArchiveSource> {
  const { openArchive, openImageDirectory, openLayout } = await import('@lading/archive')
  if (place.kind === 'directory') return openImageDirectory(place.path, { signal })
  if (place.kind === 'layout') return openLayout(place.path, { signal })
  const { tmpdir } = await import('node:os')
  if (place.path === '-' && input.interactive)
    throw new CliError('USAGE', 'standard input is a terminal, not an archive', {
      hint: 'use a pipe, or give the name of a file',
    })
  const from = place.path === '-' ? input.chunks({ signal }) : place.path
  return openArchive(from, {
    spoolDirectory: tmpdir(),
    signal,
    onEvent: ({ because, directory }) => note(`${spooled[because]} in ${directory} first`),
  })
}

const spooled = {
  stream: 'The archive comes through a pipe and is written to a temporary file',
  compressed: 'The archive is compressed and is unpacked into a temporary file',
} as const

const targetOf = ({ digest, tag = 'latest' }: Reference): string => digest ?? tag

/** Where a name was not given there must be one thing. */
async function onlyImage(source: ArchiveSource, { text }: CopyPlace): Promise<Descriptor> {
  const images: ArchivedImage[] = []
  for await (const image of source.images()) images.push(image)
  const [only] = images
  if (only !== undefined && images.length === 1) return only.target
  const choices = images.map(({ names: [name], target }) => printable(name ?? target.digest, 200))
  throw new CliError('USAGE', `${printable(text, 200)} has ${images.length === 0 ? 'no image' : 'several images'}`, {
    hint: images.length === 0 ? 'check the path' : `choose one: ${choices.slice(0, 10).join(', ')}`,
  })
}

/** Nobody else closes a source of which nothing came. */
const closing =
  (source: Source) =>
  async (error: unknown): Promise<never> => {
    await source.close()
    throw error
  }

const nothing = (): Promise<void> => Promise.resolve()

export async function openTarget(
  place: CopyPlace,
  parts: PlaceParts,
  { platform, context }: { readonly platform: Platform; readonly context: CommandContext },
): Promise<OpenTarget> {
  switch (place.kind) {
    case 'registry': {
      const { tag, digest } = place.reference
      const reference = digest === undefined ? tagged(place.reference) : place.reference
      const target = (await parts.client()).repository(reference).target()
      const names = digest === undefined ? [reference.tag ?? 'latest'] : tag === undefined ? [] : [tag]
      return { target, names, text: String(reference), abort: nothing }
    }
    case 'store': {
      const reference = tagged(place.reference)
      return {
        target: (await parts.store()).target(),
        names: [String(reference)],
        text: String(reference),

        abort: nothing,
      }
    }
    case 'directory': {
      const { createImageDirectory } = await import('@lading/archive')
      return { target: createImageDirectory(place.path), names: [], text: place.text, abort: nothing }
    }
    case 'layout': {
      const { createLayout } = await import('@lading/archive')
      const names = place.name === undefined ? [] : [place.name]
      return { target: createLayout(place.path), names, text: place.text, abort: nothing }
    }
    default: {
      const { createArchive } = await import('@lading/archive')
      const { openOutputFile } = await import('@lading/content-store')
      const { tmpdir } = await import('node:os')
      const { output, signal } = context
      if (place.path === '-' && output.interactive)
        throw new CliError('USAGE', 'standard output is a terminal, and an archive is binary', {
          hint: 'write to a file, or to a pipe',
        })
      const sink =
        place.path === '-'
          ? { givesBack: true as const, write: (bytes: Uint8Array) => output.write(bytes) }
          : await openOutputFile(place.path, { signal })
      const target = createArchive(sink, {
        format: place.kind === 'docker-archive' ? 'docker' : 'oci',
        platform,
        spoolDirectory: tmpdir(),
        onEvent: ({ message }) => parts.warn(message),
      })
      return {
        target,
        names: place.name === undefined ? [] : [place.name],
        text: place.text,
        abort: async () => ('abort' in sink ? sink.abort() : undefined),
      }
    }
  }
}

/** What a digest in the target says that it must be. */
export const digestWanted = (place: CopyPlace): string | undefined =>
  place.kind === 'registry' || place.kind === 'store' ? place.reference.digest : undefined

/** A target that is only asked what it has, and of which nothing is made. */
export async function askTarget(
  place: CopyPlace,
  parts: PlaceParts,
  options: { readonly platform: Platform; readonly context: CommandContext },
): Promise<{ readonly target: AskedTarget; readonly text: string }> {
  if (place.kind === 'registry') return openTarget(place, parts, options)
  const text = place.kind === 'store' ? String(tagged(place.reference)) : place.text
  const there = await contentOf(place, parts)
  const traits = { partialIndex: true, foreignOptional: place.kind === 'store' ? undefined : (true as const) }
  const has = async ({ digest, size }: Descriptor): Promise<boolean> => (await there?.stat(digest))?.size === size
  return { text, target: { traits, begin: async () => ({ has, abort: async () => there?.close() }) } }
}

/** What is there, where something is; nobody reads an archive that is to be written. */
export async function contentOf(place: CopyPlace, parts: PlaceParts): Promise<Source | undefined> {
  if (place.kind === 'registry') return (await parts.client()).repository(place.reference).source()
  if (place.kind === 'store') return (await parts.store()).source()
  if (place.kind !== 'layout' && place.kind !== 'directory') return undefined
  const { openImageDirectory, openLayout } = await import('@lading/archive')
  const open = place.kind === 'layout' ? openLayout : openImageDirectory
  return open(place.path).catch(() => undefined)
}
