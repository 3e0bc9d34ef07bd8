import { readFile, writeFile } from 'node:fs/promises'
import { consult } from '../../../packages/store/test/oracle.ts'
import { killHalfWay } from './interrupted.ts'
import { expected, onStage } from './stage.ts'

/** A partial download in which a bit has changed since is noticed, and all of it comes anew. */
export const rottenPart = (): Promise<readonly string[]> =>
  onStage(async (stage) => {
    const path = await killHalfWay(stage)
    const bytes = await readFile(path)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    await writeFile(path, bytes)
    const outcome = await stage.pull()
    return [...consult(stage.root, { afterCrash: true }).violations, ...expected('the pull after it', outcome, 'done')]
  })
