import { createMemoryContent, type MemoryContentOptions } from '@lading/content'
import type { ContentPlace } from '@lading/content/compliance'

/** Content in memory, as the compliance suite wants it. */
export function memoryPlace(options?: MemoryContentOptions): ContentPlace {
  const memory = createMemoryContent(options)
  return { source: memory, target: memory, forget: (name) => memory.forget(name) }
}
