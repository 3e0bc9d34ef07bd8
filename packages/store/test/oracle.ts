// An independent reader of a store: plain files, JSON and hashes, and nothing of the code under test. It knows the law.
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

interface Entry {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly annotations?: Readonly<Record<string, string>>
}

interface Document {
  readonly config?: Entry
  readonly layers?: readonly Entry[]
  readonly manifests?: readonly Entry[]
}

export interface Findings {
  /** What is against the law. */
  readonly violations: readonly string[]
  /** Full name to target digest. */
  readonly names: Readonly<Record<string, string>>
  /** Digests of the files in `blobs/`, sorted. */
  readonly blobs: readonly string[]
  /** Digests that the names reach and that are there, sorted. */
  readonly reached: readonly string[]
}

const layout: readonly RegExp[] = [
  /^oci-layout$/,
  /^index\.json$/,
  /^blobs\/(sha256\/[0-9a-f]{64}|sha512\/[0-9a-f]{128})$/,
  /^lading\/(version|upgrading|reserve|summary)$/,
  /^lading\/index\/(latest|previous)$/,
  /^lading\/(images|layers|diff-ids|former-diff-ids|origins)\/sha256\/[0-9a-f]{64}$/,
  /^lading\/leases\/[0-9a-f]{16}$/,
  /^lading\/(trash|quarantine)\//,
]
/** What only a process that was killed leaves behind, and what a running one has. */
const transient: readonly RegExp[] = [
  /^lading\/lock(\.[0-9a-f]{16})?(\.[0-9a-f]{16}\.new)?$/,
  /^lading\/lock\.[0-9a-f]{16}\.fence\//,
  /^lading\/(staging|ingest)\//,
  /(^|\/)[^/]+\.[0-9a-f]{16}\.tmp$/,
]

/** Reads a whole store and says what is wrong with it. `afterCrash`: files of a process that was cut off are no fault. */
export function consult(root: string, { afterCrash = false }: { readonly afterCrash?: boolean } = {}): Findings {
  const violations: string[] = []
  const names: Record<string, string> = {}
  const reached = new Set<string>()
  const files = existsSync(root) ? filesBelow(root).map((path) => relative(root, path)) : []
  const allowed = afterCrash ? [...layout, ...transient] : layout
  for (const file of files) if (!allowed.some((form) => form.test(file))) violations.push(`unknown file ${file}`)

  const blobs = files
    .filter((file) => file.startsWith('blobs/'))
    .map((file) => file.slice('blobs/'.length).replace('/', ':'))
  for (const digest of blobs)
    if (hashOf(read(root, digest), digest) !== digest) violations.push(`${digest} is not what its name says`)
  const has = (entry: Entry): boolean => blobs.includes(entry.digest) && read(root, entry.digest).length === entry.size

  // Which entries are names is told by their annotation alone.
  for (const entry of entriesOf(root, violations)) {
    const name = entry.annotations?.['io.containerd.image.name']
    if (name === undefined) continue
    if (Object.hasOwn(names, name)) violations.push(`${name} is there twice`)
    names[name] = entry.digest
    const found = { problems: [] as string[], whole: 0 }
    walk(entry, found)
    if (found.whole === 0) found.problems.push('nothing that it names is whole')
    for (const problem of found.problems) violations.push(`${name}: ${problem}`)
  }

  /** Every index must be there; of the manifests below indexes one, with all that it names. */
  function walk(entry: Entry, found: { readonly problems: string[]; whole: number }): void {
    if (!has(entry)) {
      found.problems.push(`manifest ${entry.digest} is missing`)
      return
    }
    reached.add(entry.digest)
    const document = JSON.parse(read(root, entry.digest).toString()) as Document
    if (document.manifests === undefined) {
      const named = [document.config, ...(document.layers ?? [])]
      if (named.filter((blob) => blob !== undefined && note(blob)).length === named.length) found.whole += 1
      return
    }
    for (const child of document.manifests)
      if (/image\.index|manifest\.list/.test(child.mediaType) || has(child)) walk(child, found)
  }

  function note(blob: Entry): boolean {
    if (has(blob)) reached.add(blob.digest)
    return has(blob)
  }

  return { violations, names, blobs: blobs.toSorted(), reached: [...reached].toSorted() }
}

function entriesOf(root: string, violations: string[]): readonly Entry[] {
  const path = join(root, 'index.json')
  if (!existsSync(path)) return []
  const index = JSON.parse(readFileSync(path, 'utf8')) as {
    schemaVersion: number
    mediaType: string
    manifests: readonly Entry[]
  }
  if (index.schemaVersion !== 2 || index.mediaType !== 'application/vnd.oci.image.index.v1+json')
    violations.push('index.json is no image index')
  const marker = join(root, 'oci-layout')
  if (
    !existsSync(marker) ||
    (JSON.parse(readFileSync(marker, 'utf8')) as { imageLayoutVersion: string }).imageLayoutVersion !== '1.0.0'
  )
    violations.push('no image layout')
  return index.manifests
}

const read = (root: string, digest: string): Buffer => readFileSync(join(root, 'blobs', digest.replace(':', '/')))

const hashOf = (bytes: Uint8Array, like: string): string => {
  const algorithm = like.slice(0, like.indexOf(':'))
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name)
    return lstatSync(path).isDirectory() ? filesBelow(path) : [path]
  })
}
