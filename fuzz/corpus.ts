import { existsSync, readdirSync, readFileSync } from 'node:fs'

export interface CorpusFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The files kept for a target, in a fixed order. Each is run as it is before anything else, so a found input that is put here stays found. */
export function readCorpus(target: string): readonly CorpusFile[] {
  const folder = new URL(`corpus/${target}/`, import.meta.url)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ name, bytes: Uint8Array.from(readFileSync(new URL(name, folder))) }))
}
