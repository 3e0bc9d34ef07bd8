import type { CredentialSource } from '@lading/credentials'
import type { CredentialProvider } from '@lading/registry-client'
import type { CommandContext } from '../context.ts'

/** Everything that the environment says about who we are, as one source. */
export async function credentialSource(
  { environment }: CommandContext,
  { warn }: { readonly warn?: ((message: string) => void) | undefined } = {},
): Promise<CredentialSource> {
  const [{ chain, credentialsFromEnv }, { cloudCredentials }] = await Promise.all([
    import('@lading/credentials'),
    import('@lading/credentials/cloud'),
  ])
  const env = environment.variables
  return chain(credentialsFromEnv({ env, onWarning: warn }), cloudCredentials({ env }))
}

/** The same as a provider, loaded when a registry asks: most pulls never do. */
export function credentialsOf(
  context: CommandContext,
  options: { readonly warn?: ((message: string) => void) | undefined },
): CredentialProvider {
  let source: Promise<CredentialSource> | undefined
  return async (target, how) => (await (source ??= credentialSource(context, options)))(target, how)
}
