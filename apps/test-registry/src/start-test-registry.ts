import { answerAt, type Desk, type Origin } from './answer.ts'
import { createGate } from './auth/gate.ts'
import { createTokens } from './auth/tokens.ts'
import { tokenEndpoint } from './auth/token-endpoint.ts'
import { cdnRoute, createCdn } from './cdn.ts'
import { createClock } from './clock.ts'
import { createFaultBook } from './faults/fault-book.ts'
import { failure } from './http/registry-errors.ts'
import type { RegistryRequest, Reply } from './http/message.ts'
import { listen, type Listener } from './http/listen.ts'
import type { BuiltImage, BuiltIndex } from './images/built.ts'
import { createJournal } from './journal.ts'
import { repositoryAccess } from './repository-access.ts'
import { routeOf, type Route } from './route.ts'
import { handle, type Shelves } from './routes/handle.ts'
import { seed } from './seed.ts'
import { createState } from './state/repository-state.ts'
import { createUploads } from './state/uploads.ts'
import type { TestRegistry, TestRegistryOptions } from './test-registry.ts'
import { tlsFor } from './tls-for.ts'

const mebibyte = 1024 * 1024

/**
 * Starts a registry on loopback, and beside it the origin that plays its CDN.
 *
 * @throws TestRegistryError `LISTEN_FAILED`, `FAULT_INVALID`, `NAME_INVALID`, `CERTIFICATE_INVALID`
 */
export async function startTestRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const { host = '127.0.0.1', port = 0, auth = { kind: 'none' } } = options
  const clock = createClock()
  const tokens = createTokens(clock.now)
  const desk: Desk & { journal: ReturnType<typeof createJournal> } = {
    journal: createJournal(),
    faults: createFaultBook(),
    tokens,
    bytesPerSecond: options.bytesPerSecond,
    latencyMs: options.latencyMs ?? 0,
  }
  const shelves: Shelves = {
    state: createState(),
    uploads: createUploads(),
    limits: { manifestBytes: options.maxManifestBytes ?? 4 * mebibyte, blobBytes: options.maxBlobBytes ?? 1024 * mebibyte },
    referrers: options.referrers ?? true,
  }
  for (const fault of options.faults ?? []) desk.faults.add(fault)
  for (const image of options.images ?? []) seed(shelves.state, image)
  const cdn = createCdn(shelves, clock.now)
  const tls = tlsFor(options.tls, host)
  const scheme = tls === undefined ? 'http' : 'https'

  // Known once both listen; no request comes before.
  let cdnListener: Listener | undefined
  const cdnUrl = (): string => cdnListener?.url ?? ''
  const gate = createGate({ auth, tokens, realm: ({ headers }) => realmOf(headers.host) })
  const realmOf = (called: string | undefined): string => {
    const realm = auth.kind === 'bearer' ? auth.realm : undefined
    return realm === 'cdn' ? `${cdnUrl()}/token` : (realm ?? `${scheme}://${called ?? ''}/token`)
  }
  const token = (request: RegistryRequest): Promise<Reply> | Reply =>
    auth.kind === 'bearer' ? tokenEndpoint(request, auth, tokens, clock.now) : failure('UNSUPPORTED', undefined, { status: 404 })
  const signedUrl = (request: RegistryRequest, expiresInMs: number): string => `${cdnUrl()}${cdn.sign(request.path, expiresInMs)}`
  const guarded = (request: RegistryRequest, route: Route): Reply | undefined => (route.kind === 'token' ? undefined : gate(request, route))
  const registryOrigin: Origin = {
    name: 'registry',
    route: routeOf,
    gate: guarded,
    answer: async (request, route) => (route.kind === 'token' ? await token(request) : await handle(request, route, shelves)),
    signedUrl,
  }
  const cdnOrigin: Origin = {
    name: 'cdn',
    route: (path) => (path === '/token' ? { kind: 'token' } : cdnRoute(path)),
    gate: () => undefined,
    answer: async (request, route) => (route.kind === 'token' ? await token(request) : await cdn.answer(request)),
    signedUrl,
  }
  const registry = await listen(answerAt(registryOrigin, desk), { host, port, tls })
  try {
    cdnListener = await listen(answerAt(cdnOrigin, desk), { host, port: 0, tls })
  } catch (error) {
    await registry.close()
    throw error
  }
  const second = cdnListener
  const close = async (): Promise<void> => {
    await Promise.all([registry.close(), second.close()])
  }
  return {
    url: registry.url,
    host: registry.host,
    port: registry.port,
    cdn: { url: second.url, host: second.host, port: second.port },
    ca: tls?.ca,
    journal: desk.journal,
    clock,
    seed: (async (what, how) => seed(shelves.state, what, how) as BuiltImage & BuiltIndex) as TestRegistry['seed'],
    repository: (name) => repositoryAccess(shelves.state, name),
    repositories: () => [...shelves.state.repositories.keys()].toSorted(),
    addFault: (fault) => desk.faults.add(fault),
    clearFaults: () => desk.faults.clear(),
    faults: () => desk.faults.list(),
    expireTokens: () => tokens.voidAll(),
    close,
    [Symbol.asyncDispose]: close,
  }
}
