import assert from 'node:assert/strict'
import type { Ended, Stage } from '../stage.ts'

/** Something that a user does, and what has to come of it on every runtime. */
export interface Scene {
  readonly title: string
  /** Only where file names are those of Windows. */
  readonly windows?: true
  readonly play: (stage: Stage) => Promise<void>
}

/** The command ended with this code; if not, all that it said is told. */
export async function expectCode(ended: Promise<Ended>, code: number): Promise<Ended> {
  const found = await ended
  assert.equal(found.code, code, `exit code ${found.code} and not ${code}:\n${found.stdout}${found.stderr}`)
  return found
}

export const succeeds = (ended: Promise<Ended>): Promise<Ended> => expectCode(ended, 0)

/** The store is as `lading check` wants it. */
export async function isSound(stage: Stage, root?: string): Promise<void> {
  const { stdout } = await succeeds(stage.lading(['check'], root === undefined ? {} : { root }))
  assert.match(stdout, /nothing is wrong/)
}
