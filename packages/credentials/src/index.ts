import '@lading/errors/needs-node'
export type { DockerProxies } from './config/credential-config.ts'
export type { Credential, CredentialProvider, CredentialTarget, Variables } from './credential.ts'
export { CredentialError, type CredentialErrorCode } from './credential-error.ts'
export { createCredentialHelper, type CredentialHelper, type CredentialHelperOptions } from './helper/create-helper.ts'
export type { HelperLimits } from './helper/run-helper.ts'
export { registryHost } from './host.ts'
export { chain } from './source/chain.ts'
export { containersAuth, type ContainersAuthOptions } from './source/containers-auth.ts'
export type { CredentialSource, ExplainOptions } from './source/create-source.ts'
export {
  dockerAuthConfig,
  dockerConfig,
  readDockerConfig,
  type DockerConfigFacts,
  type DockerConfigOptions,
} from './source/docker-config.ts'
export type { Finding } from './source/finding.ts'
export { netrc, type NetrcOptions } from './source/netrc.ts'
export { credentialsFromEnv, type CredentialsFromEnvOptions } from './source/standard.ts'
export { eraseCredential, type Erased } from './store/erase-credential.ts'
export { listCredentials, type KnownCredential } from './store/list-credentials.ts'
export { renewCredential } from './store/renew-credential.ts'
export { storeCredential, type Stored, type StoreOptions } from './store/store-credential.ts'
export { authVariable, environmentAuth } from './source/variables.ts'
