import { besidePrune } from './checks/beside-prune.ts'
import { credentialsOfNeighbour } from './checks/credentials.ts'
import { lyingLengths } from './checks/lengths.ts'
import { rottenPart } from './checks/part.ts'
import { pruneAfterKill } from './checks/prune-after-kill.ts'
import { refusedRanges } from './checks/ranges.ts'
import { redirects } from './checks/redirects.ts'
import { shortWrites } from './checks/short-writes.ts'
import { wrongBytes } from './checks/wrong-bytes.ts'
import { ceph } from '../../test/support/needs.ts'
import { missing } from '../../test/support/real-parts.ts'
import { runFleet } from '../fleet/run.ts'
import { runKills } from '../kill/run.ts'
import { runPower } from '../power/run.ts'

/** What is held to what it should be, with what. Each gives what is wrong: nothing, where no bug is planted. */
export const checks = {
  power: async (seed) => (await runPower({ count: 160, seed, only: 'pull into', enough: 1, say: () => {} })).violations,
  kill: async (seed) => (await runKills({ count: 36, seed, only: 'tag', enough: 1, say: () => {} })).violations,
  'wrong bytes': wrongBytes,
  'lengths that lie': lyingLengths,
  'ranges refused': refusedRanges,
  redirects,
  'credentials of a neighbour': credentialsOfNeighbour,
  'prune beside a pull': besidePrune,
  'prune after a kill': pruneAfterKill,
  'rot of a partial download': rottenPart,
  'short writes': shortWrites,
  fleet: async (seed) => (await runFleet({ count: 0, seed, small: true, say: () => {} })).violations,
} satisfies Readonly<Record<string, (seed: number) => Promise<readonly string[]>>>

export type CheckName = keyof typeof checks

/** What a check needs of the machine: `undefined` when it is there, otherwise what is missing. */
export function lackingFor(check: CheckName): string | undefined {
  const absent = check === 'fleet' ? ceph.filter(missing) : []
  return absent.length === 0 || process.env['LADING_REQUIRE_REAL'] === '1' ? undefined : absent.join(', ')
}

/** Of which harness each check is. */
export const harnessOf: Readonly<Record<CheckName, string>> = {
  power: 'power model',
  kill: 'kill',
  'wrong bytes': 'fault script, oracle',
  'lengths that lie': 'fault script, journal',
  'ranges refused': 'fault script',
  redirects: 'fault script, journal',
  'credentials of a neighbour': 'journal',
  'prune beside a pull': 'fault script, journal',
  'prune after a kill': 'kill, journal',
  'rot of a partial download': 'kill, oracle',
  'short writes': 'file system that takes less, oracle',
  fleet: 'servers over one bucket of Ceph, oracle, journal',
}
