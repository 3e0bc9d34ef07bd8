import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { recordingFileSystem, unsyncedFileSystem, type RecordingFileSystem } from '@lading/content-store/testing'
import { openStore } from '@lading/store'
import { look, type Bounds } from '../kill/one-kill.ts'
import { runs, type Scenario } from '../kill/scenarios.ts'
import { copyOf, type Scene } from '../kill/templates.ts'

export interface Recorded extends Bounds {
  readonly scenario: Scenario
  readonly fs: RecordingFileSystem
}

/** Does it once, from its beginning to its end, and keeps each step that the disk saw. */
export async function record(scene: Scene, scenario: Scenario, folder: string): Promise<Recorded> {
  const place = join(folder, 'recorded', scenario.replaceAll(' ', '-'))
  await mkdir(place, { recursive: true })
  const root = await copyOf(scene.templates[scenario], join(place, 'root'))
  const before = look(root, true)
  const fs = await recordingFileSystem(unsyncedFileSystem(), place)
  const store = await openStore({ root, fs, workers: 0 })
  await runs[scenario](store, scene.registry.host)
  // Before the store is closed, as its user was told that it is done.
  const recorded = { scenario, fs: { ...fs, log: [...fs.log] }, before, after: look(root, true) }
  await store.close()
  return recorded
}
