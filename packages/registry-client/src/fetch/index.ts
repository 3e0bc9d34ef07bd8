export { createFetchTransport, type Fetch, type FetchInit, type FetchTransportOptions } from './fetch-transport.ts'
export { createRegistryClient, type FetchClientOptions } from './create-fetch-client.ts'
