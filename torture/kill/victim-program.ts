import { pathToFileURL } from 'node:url'
import type { Plugin } from 'rolldown'
import { oneFile } from '../../test/support/one-file.ts'
import { plantedSource } from '../planted/planted-source.ts'

/** A victim has the bug that is planted in its parent, too. */
const planted: Plugin = {
  name: 'planted',
  transform: (code, id) => plantedSource(pathToFileURL(id).href, () => code) ?? null,
}

/** The path of `victim.ts` and all that it imports in one file. */
export const victimProgram = (): Promise<string> => oneFile(new URL('victim.ts', import.meta.url), [planted])
