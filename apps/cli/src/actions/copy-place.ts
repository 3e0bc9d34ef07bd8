import { isLadingError, printable } from '@lading/errors'
import { withDefaultTag, type Reference } from '@lading/reference'
import { CliError } from '../cli-error.ts'
import { systemTraits } from '../process/system-traits.ts'
import { givenReference } from './given-reference.ts'

/** One of the two places of a copy, as it was written. */
export type CopyPlace =
  | { readonly kind: 'registry' | 'store'; readonly text: string; readonly reference: Reference }
  | {
      readonly kind: 'layout' | 'oci-archive' | 'docker-archive'
      readonly text: string
      readonly path: string
      readonly name: string | undefined
    }
  | { readonly kind: 'directory'; readonly text: string; readonly path: string }

const pathKinds = { oci: 'layout', 'oci-archive': 'oci-archive', 'docker-archive': 'docker-archive' } as const
/** Of skopeo, and not known here; and whatever looks like a URL. */
const otherPlace = /^(?:(?:docker-daemon|containers-storage|sif|tarball|ostree|atomic):|[a-z][a-z0-9+.-]*:\/\/)/i
const places =
  'places are docker://REF, store:REF, oci:DIR[:NAME], oci-archive:FILE[:NAME], docker-archive:FILE[:REF] and dir:DIR'

interface Here {
  /** Whose paths they are. Default: this system's. */
  readonly platform?: NodeJS.Platform
}

/**
 * `docker://REF` or a bare reference, `store:REF`, `oci:DIR[:NAME]`, `oci-archive:FILE[:NAME]`, `docker-archive:FILE[:REF]`,
 * `dir:DIR`, in which every colon is the path's. On Windows the colon of a drive (`oci:C:\images:1`) is the path's, too.
 * A registry whose host is called like a place is written with `docker://`.
 *
 * @throws CliError `USAGE`; what parsing a reference throws behind `docker://` and `store:`
 */
export function parseCopyPlace(text: string, { platform }: Here = {}): CopyPlace {
  const [, transport = '', rest = ''] = /^([a-z-]+):(.*)$/s.exec(text) ?? []
  if (transport === 'docker' && rest.startsWith('//'))
    return { kind: 'registry', text, reference: givenReference(rest.slice(2)) }
  if (transport === 'store') return { kind: 'store', text, reference: givenReference(rest) }
  if (transport === 'dir') return { kind: 'directory', text, path: somePath(rest, { text, transport }) }
  if (Object.hasOwn(pathKinds, transport)) {
    const drive = systemTraits(platform).hasDrives ? (/^[a-z]:(?=[\\/])/i.exec(rest)?.[0] ?? '') : ''
    const [below = '', ...name] = rest.slice(drive.length).split(':')
    const given = drive + below
    const path = somePath(given, { text, transport })
    return {
      kind: pathKinds[transport as keyof typeof pathKinds],
      text,
      path,
      name: name.length === 0 ? undefined : name.join(':'),
    }
  }
  const other = otherPlace.exec(text)?.[0]
  if (other !== undefined)
    throw new CliError('USAGE', `${printable(other, 40)} is not a place that lading copies from or to`, {
      hint: places,
    })
  return { kind: 'registry', text, reference: parseBare(text) }
}

function somePath(path: string, { text, transport }: { readonly text: string; readonly transport: string }): string {
  if (path !== '') return path
  throw new CliError('USAGE', `${printable(text, 200)} names no file`, { hint: `write ${transport}:PATH` })
}

/** What is no reference either may be meant as any of the places. */
function parseBare(text: string): Reference {
  try {
    return givenReference(text)
  } catch (error) {
    if (!isLadingError(error)) throw error
    const hint = error.hint === undefined ? places : `${error.hint}; ${places}`
    throw new CliError('USAGE', error.message, { ...error.facts, hint, cause: error })
  }
}

/** With the tag that a bare name means. */
export const tagged = (reference: Reference): Reference => withDefaultTag(reference)
