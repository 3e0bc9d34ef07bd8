import '@lading/errors/needs-node'
export type { Admit } from './admit.ts'
export { SourceError, type BlobSink, type BlobSource } from '@lading/content'
export { parseChallenges, type Challenge } from './headers/challenge.ts'
export type { ClientEvent, EndpointEvent } from './client-event.ts'
export type { RegistryClientOptions } from './create-registry-client.ts'
export { createRegistryClient } from './create-node-client.ts'
export type { Credential, CredentialProvider, IdentityRenewal } from './credential.ts'
export {
  RegistryError,
  type RegistryErrorCode,
  type RegistryErrorOptions,
  type ReportedError,
} from './errors/registry-error.ts'
export { clientErrorKinds, type ClientErrorCode, type ErrorKind } from './errors/error-kinds.ts'
export { SinkError } from './errors/sink-error.ts'
export {
  TransportError,
  type RequestClock,
  type TransportErrorCode,
  type TransportErrorOptions,
} from './errors/transport-error.ts'
export type { Capability, Endpoint, ExplainedEndpoint, HostRule } from './endpoint/endpoint.ts'
export type { Hosts, HostsAnswer, HostTarget, HostTls, PassedOver } from './endpoint/hosts.ts'
export type { RateLimit } from './headers/rate-limit.ts'
export type { AddressClass } from './origin/address-class.ts'
export { parseAllowedRealm, type AllowedRealm } from './origin/allowed-realms.ts'
export {
  decideOrigin,
  type OriginDecision,
  type OriginPurpose,
  type OriginQuestion,
  type Shown,
} from './origin/decide-origin.ts'
export type {
  AdmittedOptions,
  BlobSize,
  ExplainedTarget,
  FetchedManifest,
  PushedManifest,
  RegistryClient,
  Repository,
  SignIn,
  SignInOptions,
  UploadOptions,
} from './registry-client.ts'
export type { Transport, TransportHeaders, TransportReceiver, TransportRequest, TlsSettings } from './transport.ts'
export type { Lookup } from './transport/lookup.ts'
export { createUndiciTransport, type ClosableTransport } from './transport/undici-transport.ts'
export {
  dockerDaemonFromEnv,
  proxyFromDockerConfig,
  type DockerProxyOptions,
} from './proxy/proxy-from-docker-config.ts'
export { proxyFromEnv, type EnvironmentVariables } from './proxy/proxy-from-env.ts'
export {
  chainProxies,
  proxyForAll,
  type ExplainedProxyPolicy,
  type ProxyDecision,
  type ProxyPolicy,
} from './proxy/proxy-rules.ts'
export { parseProxy, publicProxy, type ProxySettings } from './proxy/proxy-settings.ts'
export type { Timeouts } from './transport/timeouts.ts'
export { waitNotice, type WaitNotice } from './wait-notice.ts'
