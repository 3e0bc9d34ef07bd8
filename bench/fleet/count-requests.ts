import type { Objects } from '@lading/content-store-s3'

/** The same objects, whose requests are counted by what they are. A list counts as one. */
export function countRequests(objects: Objects): {
  readonly objects: Objects
  /** What was asked since the last call, for each of so many. Default 1. */
  readonly counted: (of?: number) => string
} {
  const counts = new Map<string, number>()
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)
  return {
    objects: {
      create: (...given) => (count('create'), objects.create(...given)),
      put: (...given) => (count('put'), objects.put(...given)),
      get: (...given) => (count('get'), objects.get(...given)),
      stat: (...given) => (count('stat'), objects.stat(...given)),
      list: (...given) => (count('list'), objects.list(...given)),
      remove: (...given) => (count('remove'), objects.remove(...given)),
    },
    counted(of = 1) {
      const told = [...counts].map(([name, times]) => `${Number((times / of).toFixed(1))} ${name}`).join(', ')
      counts.clear()
      return told
    },
  }
}
