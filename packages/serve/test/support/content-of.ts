import type { Store } from '@lading/store'
import type { Content } from '../../src/index.ts'

export const contentOf = (store: Store): Content => ({
  source: store.source(),
  target: store.target(),
  arriving: store.contents.arriving,
})
