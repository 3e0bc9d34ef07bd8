import '@lading/errors/needs-node'
import { chain } from '../source/chain.ts'
import type { CredentialSource } from '../source/create-source.ts'
import { amazonEcr } from './aws.ts'
import { azureContainerRegistry } from './azure.ts'
import type { CloudOptions } from './cloud-options.ts'
import { githubToken } from './github.ts'
import { googleArtifactRegistry } from './google.ts'

export type { CloudOptions } from './cloud-options.ts'
export { amazonEcr, azureContainerRegistry, githubToken, googleArtifactRegistry }

/** All of them: each for its own hosts, and only with what the environment offers. */
export function cloudCredentials(options: CloudOptions = {}): CredentialSource {
  return chain(
    githubToken(options),
    amazonEcr(options),
    googleArtifactRegistry(options),
    azureContainerRegistry(options),
  )
}
