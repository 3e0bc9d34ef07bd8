import { testContent } from '@lading/content/compliance'
import { describe, it } from 'vitest'
import { archivePlace } from './support/archive-place.ts'

describe('an archive in a file', () => {
  testContent({ describe, it }, { create: async () => archivePlace({ rewinds: true }) })
})

describe('an archive in a pipe', () => {
  testContent({ describe, it }, { create: async () => archivePlace({ rewinds: false }) })
})
