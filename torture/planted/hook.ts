// Loaded before everything else (`--import`): plants the bug that LADING_TORTURE_PLANT names, while its file is loaded.
import { registerHooks } from 'node:module'
import { bugs, urlOf, withBug } from './bugs.ts'

const name = process.env['LADING_TORTURE_PLANT'] ?? ''
const bug = bugs[name]
if (name !== '') {
  if (bug === undefined) throw new Error(`there is no bug "${name}" to plant`)
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context)
      const edits = bug.edits.filter(({ file }) => urlOf(file) === url)
      if (edits.length === 0) return loaded
      return { ...loaded, source: withBug(Buffer.from(loaded.source as Uint8Array).toString(), edits) }
    },
  })
}
