import { rmSync } from 'node:fs'
import { isLadingError } from '@lading/errors'
import { unpackLayers, type LayerArchive } from '@lading/rootfs'
import { isRoot } from '../../../../test/support/needs.ts'
import { linesOf } from './lines.ts'
import { modelOf, Refused } from './model.ts'
import { onDisk } from './on-disk.ts'
import { readLayers } from './read-layers.ts'
import type { Refusal, Row } from './row.ts'

/** The lines of a tree, or why there is none. */
export type Outcome = Refusal | readonly string[]

export interface OutcomeOptions {
  readonly times?: boolean | undefined
  readonly limits?: Row['limits']
}

const refusals: Readonly<Record<string, Refusal>> = {
  LAYER_NAME_INVALID: 'name',
  UNPACK_LINK_INVALID: 'link',
  UNPACK_ENTRY_INVALID: 'entry',
  UNPACK_OWNER_INVALID: 'owner',
  UNPACK_LIMIT: 'limit',
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal
  if (!isLadingError(error)) throw error
  const known = refusals[error.code]
  if (known !== undefined) return known
  if (!error.code.startsWith('TAR_')) throw error
  return error.code.replace('TAR_', 'tar ') as Refusal
}

const archives = (layers: readonly Uint8Array[]): readonly LayerArchive[] =>
  layers.map((bytes, index) => ({
    name: `layer ${index}`,
    async *open() {
      yield bytes
    },
  }))

/** What unpacking makes of it on the disk; the tree is looked at, and removed. Fifos and devices are not made there. */
export async function unpackedOutcome(
  layers: readonly Uint8Array[],
  root: string,
  { times, limits }: OutcomeOptions = {},
): Promise<Outcome> {
  try {
    await unpackLayers(archives(layers), root, { ...limits, rootless: !isRoot })
    return linesOf(onDisk(root), { times })
  } catch (error) {
    return refusalOf(error)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

export async function modelOutcome(layers: readonly Uint8Array[], { times }: OutcomeOptions = {}): Promise<Outcome> {
  try {
    return linesOf(modelOf(await readLayers(layers)), { times })
  } catch (error) {
    return refusalOf(error)
  }
}

/** What of an expected outcome is on the disk: without devices, which are only recorded. */
export function asOnDisk(outcome: Outcome): Outcome {
  if (typeof outcome === 'string') return outcome
  const special = new Set(outcome.filter((line) => /^[cb] /.test(line)).map((line) => line.split(' ')[1]))
  return outcome.filter((line) => !/^[cb] /.test(line) && !(line.startsWith('h ') && special.has(line.split(' = ')[1])))
}
