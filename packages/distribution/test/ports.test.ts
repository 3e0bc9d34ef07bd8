import type { FileGrowth } from '@lading/content-store'
import type { RegistryClient } from '@lading/registry-client'
import type { FileStore, Store } from '@lading/store'
import type { Transfers } from '@lading/transfer'
import { describe, expectTypeOf, it } from 'vitest'
import type { PullClient, PullStore, PullTransfers } from '../src/ports.ts'

describe('the concrete parts fit the ports of the puller', () => {
  it('store', () => expectTypeOf<Store>().toExtend<PullStore>())
  it('store in files', () => expectTypeOf<FileStore>().toExtend<PullStore<FileGrowth>>())
  it('client', () => expectTypeOf<RegistryClient>().toExtend<PullClient>())
  it('transfers', () => expectTypeOf<Transfers>().toExtend<PullTransfers>())
})
