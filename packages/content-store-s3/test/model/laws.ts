import { isLive } from './actors.ts'

/** What a name reaches is whole, and wherever `done` is, its chunk is. */
export function nameIsWhole(objects: ReadonlyMap<string, string>): void {
  let present = false
  let last = ''
  for (const [key, body] of objects) {
    if (key.startsWith('names/') && key > last) last = key
    if (!key.endsWith('/done')) continue
    if (!objects.has(body)) throw new Error(`${key} lists ${body}, which is gone`)
    present = true
  }
  if (isLive(objects.get(last)) && !present) throw new Error('the name reaches nothing')
}
