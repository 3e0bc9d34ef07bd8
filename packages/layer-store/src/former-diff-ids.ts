import { openRecord, sealRecord, type OpenRecords } from '@lading/content-store'
import type { Digest } from '@lading/digest'
import { digestOf } from '@lading/digest/hash'
import { readUncompressed } from './layer-record.ts'
import type { LayerStore, Uncompressed } from './layer-store.ts'

/** Of the one record, in bytes: as many blobs, with names in all algorithms. */
const recordLimit = 1024 * 1024
const formatVersion = 1
/** There is one record. */
const key = digestOf(new Uint8Array(0))

type Former = ReadonlyMap<Digest, Uncompressed>

/**
 * What removed blobs uncompress to. A fact about bytes with that digest stays true, so what was read once is not read
 * again. It is a hint: neither a lost nor an unwritten one does harm.
 */
export function formerDiffIds(
  open: OpenRecords,
  /** Those set aside first are forgotten first. */
  most = 1000,
): Pick<LayerStore, 'recall'> & {
  readonly add: (facts: Former) => Promise<void>
} {
  const records = open('former-diff-ids', { maxBytes: recordLimit, parse, durable: false })
  let seen: Promise<Former> | undefined
  const read = async (): Promise<Former> => (await records.get(key).catch(() => undefined)) ?? new Map()

  return {
    recall: async (blob) => (await (seen ??= read())).get(blob),
    async add(facts) {
      if (facts.size === 0) return
      // Those that are new stand at the end.
      const all = [...[...(await read())].filter(([blob]) => !facts.has(blob)), ...facts].slice(-most)
      seen = Promise.resolve(new Map(all))
      const blobs = all.map(([blob, { diffId, aliases, size }]) => ({ blob, diffId, aliases, size }))
      await records.put(key, sealRecord({ version: formatVersion, blobs })).catch(() => undefined)
    },
  }
}

function parse(bytes: Uint8Array): Former | undefined {
  const { version, blobs } = openRecord(bytes)
  if (version !== formatVersion || !Array.isArray(blobs)) return undefined
  const read = blobs.map(readUncompressed).filter((each) => each !== undefined)
  return new Map(read.map(({ blob, inside }) => [blob, inside]))
}
