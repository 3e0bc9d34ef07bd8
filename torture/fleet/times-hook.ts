// Loaded before `lading serve` (`--import`), which has no option for them: the times of LADING_FLEET_TIMES are the defaults
// of `timesOf`.
import { registerHooks } from 'node:module'

const given = /^\s*const of = \(time: keyof Times\): number => given\[time\] \?\?/m

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.endsWith('/packages/content-store-s3/src/times.ts')) return loaded
    const source = Buffer.from(loaded.source as Uint8Array).toString()
    if (!given.test(source)) throw new Error('timesOf has changed: the times of a fleet have to be put in elsewhere')
    const times = `JSON.parse(process.env['LADING_FLEET_TIMES'] ?? '{}')[time]`
    return { ...loaded, source: source.replace(given, (text) => `${text} ${times} ??`) }
  },
})
