import { chain, dockerConfig, type Credential, type CredentialSource } from '@lading/credentials'
import type * as client from '@lading/registry-client'
import { describe, expectTypeOf, it } from 'vitest'

describe('@lading/credentials fits what @lading/registry-client asks for', () => {
  it('as a provider', () => expectTypeOf<CredentialSource>().toExtend<client.CredentialProvider>())
  it('as made', () =>
    expectTypeOf<ReturnType<typeof dockerConfig>>().toExtend<
      NonNullable<client.RegistryClientOptions['credentials']>
    >())
  it('as a part of a chain', () =>
    expectTypeOf((provider: client.CredentialProvider) => chain(provider)).returns.toEqualTypeOf<CredentialSource>())
  it('in what is shown', () => expectTypeOf<Credential>().toEqualTypeOf<client.Credential>())
})
