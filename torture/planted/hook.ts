// Loaded before everything else (`--import`): plants the bug that LADING_TORTURE_PLANT names, while its file is loaded.
import { registerHooks } from 'node:module'
import { plantedSource } from './planted-source.ts'

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    const source = plantedSource(url, () => Buffer.from(loaded.source as Uint8Array).toString())
    return source === undefined ? loaded : { ...loaded, source }
  },
})
