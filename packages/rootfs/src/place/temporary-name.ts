import { createHash, randomBytes } from 'node:crypto'
import { nodeProcesses, type ProcessIdentity } from '@lading/content-store'

const pattern = /^\.lading-unpack-([0-9a-f]{8})-([0-9]+)-([0-9]*)-[0-9a-f]{32}(?:\.[0-9]+)?$/

/** It names the process that created it, and cannot be guessed. */
export function newTemporaryName(): string {
  const self = nodeProcesses().self()
  return `.lading-unpack-${machineOf(self)}-${self.pid}-${self.started ?? ''}-${randomBytes(16).toString('hex')}`
}

/** The same for a tree alone, which has nothing to be finished. */
export const newNameBeside = (): string => `${newTemporaryName()}.0`

export const isTemporaryRoot = (name: string): boolean => pattern.test(name) && !/\.[0-9]+$/.test(name)

/** Whether a name is one of those, and whether its process still runs; `unknown`: it ran where we cannot look, or before a boot. */
export function judgeTemporaryName(name: string): 'alive' | 'dead' | 'unknown' | undefined {
  const match = pattern.exec(name)
  if (match === null) return undefined
  const [, machine, pid, started] = match
  const processes = nodeProcesses()
  if (machine !== machineOf(processes.self())) return 'unknown'
  const found = processes.find(Number(pid))
  if (found === undefined) return 'dead'
  if (started === '' || found.started === undefined) return 'unknown'
  return found.started === started ? 'alive' : 'dead'
}

/** The scope in which a pid is unique. */
const machineOf = ({ boot, pidNamespace, host }: ProcessIdentity): string =>
  createHash('sha256')
    .update(JSON.stringify([boot, pidNamespace, host]))
    .digest('hex')
    .slice(0, 8)
