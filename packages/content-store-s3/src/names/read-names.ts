import type { AbortOptions } from '@lading/clock'
import { storedName, targetReference, type NameChange } from '@lading/reference-store'
import type { Reference } from '@lading/reference'
import { each } from '../each.ts'
import { nameKey, parseNameKey, prefixes } from '../layout.ts'
import type { Objects } from '../objects.ts'
import { currentVersion, type Version } from '../protocol/names.ts'
import { run } from '../protocol/run.ts'
import { keyOfName, parseVersion } from './version-body.ts'

/** A name, and the number of the version that says so. */
export interface FoundName extends NameChange {
  readonly n: number
}

/** Removed names are among them, without a target. */
export type FoundNames = ReadonlyMap<string, FoundName>

/** Names as they are now. A version never changes, so that each is read once by a process. */
export interface ReadNames {
  all(options?: AbortOptions): Promise<FoundNames>
  /** These alone, and what each tag among them would leave behind: the digest that it leads to. `undefined`: not there. */
  only(references: Iterable<Reference>, options?: AbortOptions): Promise<ReadonlyMap<string, FoundName | undefined>>
  one(name: string, options?: AbortOptions): Promise<FoundName | undefined>
  /** A version that this process has written need not be read. */
  wrote(name: string, version: Version): void
}

export function readNames(objects: Objects, now: () => number): ReadNames {
  /** The last version that was read of each name, by its key's sha256. */
  let read = new Map<string, Version>()
  const known = (sha256: string, n: number): Version | undefined => {
    const version = read.get(sha256)
    return version?.n === n ? version : undefined
  }
  const nameIn = (sha256: string, version: Version): FoundName => ({
    ...parseVersion(version.body, nameKey(sha256, version.n)),
    n: version.n,
  })

  async function current(sha256: string, options: AbortOptions): Promise<Version | undefined> {
    const step = currentVersion(sha256, (n) => known(sha256, n)?.body)
    const version = await run(step, { objects, now, ...options })
    if (version === undefined) read.delete(sha256)
    else read.set(sha256, version)
    return version
  }

  async function versionAt(sha256: string, n: number, options: AbortOptions): Promise<Version | undefined> {
    const there = known(sha256, n)
    if (there !== undefined) return there
    const bytes = await objects.get(nameKey(sha256, n), options)
    // Without it a newer one has come, and this one was trimmed.
    return bytes === undefined ? current(sha256, options) : { n, body: Buffer.from(bytes).toString('latin1') }
  }

  async function one(name: string, options: AbortOptions = {}): Promise<FoundName | undefined> {
    const sha256 = keyOfName(name)
    const version = await current(sha256, options)
    return version && nameIn(sha256, version)
  }

  return {
    one,
    wrote: (name, version) => void read.set(keyOfName(name), version),
    async all(options = {}) {
      const latest = new Map<string, number>()
      for await (const { key } of objects.list(prefixes.names, options)) {
        const parsed = parseNameKey(key)
        if (parsed !== undefined) latest.set(parsed.sha256, Math.max(parsed.version, latest.get(parsed.sha256) ?? 0))
      }
      const versions = new Map<string, Version>()
      const names = new Map<string, FoundName>()
      await each(latest, async ([sha256, n]) => {
        const version = await versionAt(sha256, n, options)
        if (version === undefined) return
        versions.set(sha256, version)
        const name = nameIn(sha256, version)
        names.set(name.name, name)
      })
      read = versions
      return names
    },
    async only(references, options = {}) {
      const names = new Map<string, FoundName | undefined>()
      const look = (wanted: Iterable<string>): Promise<void> =>
        each(new Set(wanted), async (name) => {
          if (!names.has(name)) names.set(name, await one(name, options))
        })
      await look([...references].map(storedName))
      await look(
        [...names.values()].flatMap((found) =>
          found?.target === undefined ? [] : [storedName(targetReference(found.reference, found.target))],
        ),
      )
      return names
    },
  }
}
