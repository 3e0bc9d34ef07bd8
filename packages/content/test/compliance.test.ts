import { testContent } from '@lading/content/compliance'
import { describe, it } from 'vitest'
import { memoryPlace } from './support/memory-place.ts'
import { oncePlace } from './support/once-place.ts'

describe('in memory', () => {
  testContent({ describe, it }, { create: async () => memoryPlace() })
})

describe('in memory, where an index must be whole', () => {
  testContent({ describe, it }, { create: async () => memoryPlace({ partialIndex: false }) })
})

describe('in memory, of one delivery', () => {
  testContent({ describe, it }, { create: async () => oncePlace() })
})
