import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { missing, pathOf } from '../../test/support/real-parts.ts'

/** A program with its arguments. */
export type CommandLine = readonly [program: string, ...args: string[]]

export interface Contestant {
  /** Fetches an image into a fresh directory, or brings one up to date. */
  pull(reference: string, target: string): CommandLine
  digest?(reference: string): CommandLine
}

const built = fileURLToPath(new URL('../../apps/cli/dist/bin.js', import.meta.url))
const source = fileURLToPath(new URL('../../apps/cli/src/bin.ts', import.meta.url))

/** Our command line: the built one, if there is one. */
export const lading = (...args: readonly string[]): CommandLine => [
  process.execPath,
  ...(existsSync(built) ? [built] : ['--conditions=@lading/source', source]),
  ...args,
]

const digest = (reference: string): CommandLine => lading('digest', reference)
const regctl = (reference: string): string[] => ['--host', `reg=${reference.split('/')[0]},tls=disabled`]

const others: Readonly<Record<string, Contestant>> = {
  crane: {
    pull: (reference, target) => [pathOf('crane'), 'pull', '--insecure', '--format', 'oci', reference, target],
    digest: (reference) => [pathOf('crane'), 'digest', '--insecure', reference],
  },
  oras: {
    pull: (reference, target) => [
      pathOf('oras'),
      'cp',
      '--from-plain-http',
      reference,
      '--to-oci-layout',
      `${target}:1`,
    ],
    digest: (reference) => [pathOf('oras'), 'resolve', '--plain-http', reference],
  },
  regctl: {
    pull: (reference, target) => [
      pathOf('regctl'),
      ...regctl(reference),
      'image',
      'copy',
      reference,
      `ocidir://${target}:1`,
    ],
    digest: (reference) => [pathOf('regctl'), ...regctl(reference), 'image', 'digest', reference],
  },
  skopeo: {
    pull: (reference, target) => [
      pathOf('skopeo'),
      '--insecure-policy',
      'copy',
      '-q',
      '--src-tls-verify=false',
      `docker://${reference}`,
      `oci:${target}:1`,
    ],
  },
}

/** Lading first, and whoever is installed here. */
export const contestants: Readonly<Record<string, Contestant>> = {
  lading: { pull: (reference, target) => lading('pull', '-q', '--root', target, reference), digest },
  'lading --verify digest': {
    pull: (reference, target) => lading('pull', '-q', '--verify', 'digest', '--root', target, reference),
  },
  ...Object.fromEntries(Object.entries(others).filter(([name]) => !missing(name))),
}
