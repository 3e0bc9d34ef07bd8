export type { BlobSink } from './blob-sink.ts'
export type { Credential, CredentialProvider } from './credential.ts'
export type { AbortOptions, Endpoint, FetchedManifest, RegistryClient, Repository } from './registry-client.ts'
export type { Transport, TransportReceiver, TransportRequest } from './transport.ts'
