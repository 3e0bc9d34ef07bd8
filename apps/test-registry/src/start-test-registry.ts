import { answerAt, type Desk } from './answer.ts'
import { rulesOf } from './auth/rules.ts'
import { createTokens } from './auth/tokens.ts'
import { createClock } from './clock.ts'
import { createControl } from './control/create-control.ts'
import type { Controlled } from './control/endpoint.ts'
import { assertFired } from './faults/assert-fired.ts'
import { createFaultBook } from './faults/fault-book.ts'
import { listen, type Listener } from './http/listen.ts'
import type { Buildable, Built } from './images/built.ts'
import { createJournal } from './journal/create-journal.ts'
import { addSecretsOf, createSecrets, watchTokens } from './journal/secrets.ts'
import { openShelves } from './open-shelves.ts'
import { createOrigins } from './origins.ts'
import { loadLayout } from './load-layout.ts'
import { createQuirkBoard } from './quirks/quirk-board.ts'
import { withProfile } from './with-profile.ts'
import { createRateLimiter } from './rate-limit.ts'
import { repositoryAccess } from './repository-access.ts'
import { seed } from './seed.ts'
import type { SeedOptions, TestRegistry, TestRegistryOptions } from './test-registry.ts'
import { clientCertificate, tlsFor } from './tls-for.ts'

/**
 * Starts a registry on loopback, and beside it the origin that plays its CDN.
 *
 * @throws TestRegistryError `LISTEN_FAILED`, `STORAGE_INVALID`, `FAULT_INVALID`, `NAME_INVALID`, `CERTIFICATE_INVALID`, `OPTION_INVALID`
 */
export async function startTestRegistry(given: TestRegistryOptions = {}): Promise<TestRegistry> {
  const options = withProfile(given)
  const {
    host = '127.0.0.1',
    port = 0,
    bytesPerSecond,
    totalBytesPerSecond,
    latencyMs = 0,
    alsoPlainHttp: alsoPlain = false,
    patienceMs = 60_000,
  } = options
  const rules = rulesOf(options.auth ?? { kind: 'none' })
  const clock = createClock()
  const secrets = createSecrets()
  addSecretsOf(rules, secrets)
  const tokens = watchTokens(createTokens(clock.now), secrets)
  const standing = createFaultBook({ standing: true })
  const quirks = createQuirkBoard(options.quirks ?? {})
  const faults = createFaultBook()
  const desk: Desk = {
    journal: createJournal(secrets),
    secrets,
    faults: [standing, faults],
    tokens,
    clock,
    shaping: { bytesPerSecond, totalBytesPerSecond, latencyMs },
    patienceMs,
    quirks: quirks.current,
  }
  for (const fault of options.profileFaults ?? []) standing.add(fault)
  for (const fault of options.faults ?? []) faults.add(fault)
  const shelves = await openShelves({ ...options, quirks: quirks.current }, clock)
  const { state } = shelves
  const limiter = options.rateLimit === undefined ? undefined : createRateLimiter(options.rateLimit, clock.now)
  const tls = tlsFor(options, rules)
  let first: Listener | undefined
  let cdn: Listener | undefined
  const origins = createOrigins({
    shelves,
    rules,
    tokens,
    clock,
    limiter,
    cdnUrl: () => cdn?.url ?? '',
    registryUrl: () => first?.url ?? '',
  })
  const contents = {
    async seed<Made extends Built>(what: Buildable<Made> | Made, how?: SeedOptions): Promise<Made> {
      const built = seed(state, what, how)
      await state.storage.settled()
      return built
    },
    repository: (name: string) => repositoryAccess(state, name, shelves.uploads),
    repositories: () => [...state.repositories.keys()].toSorted(),
    expireTokens: () => tokens.voidAll(),
  }
  const controlled: Controlled = {
    ...contents,
    journal: desk.journal,
    faults,
    quirks,
    clock,
    auth: rules.map(({ kind }) => kind),
    settled: () => state.storage.settled(),
    addresses: () => ({ url: first?.url ?? '', host: first?.host ?? '', cdn: cdn?.url ?? '' }),
  }
  const control =
    options.control === false
      ? () => false
      : createControl({ ...(options.control === true ? {} : options.control), controlled, patienceMs })
  const answer = answerAt(origins.registry, desk)
  const registry = await listen((message, response) => void (control(message, response) || answer(message, response)), {
    host,
    port,
    tls,
    alsoPlain,
    patienceMs,
  })
  first = registry
  try {
    cdn = await listen(answerAt(origins.cdn, desk), { host, port: 0, tls, alsoPlain, patienceMs })
  } catch (error) {
    await registry.close()
    throw error
  }
  const second = cdn
  const close = async (): Promise<void> => {
    await Promise.all([registry.close(), second.close()])
    await state.storage.close()
    desk.journal.releaseFailure()
  }
  return {
    url: registry.url,
    host: registry.host,
    port: registry.port,
    cdn: { url: second.url, host: second.host, port: second.port },
    ca: tls?.ca,
    makeClientCertificate: (commonName = 'client') => clientCertificate(tls?.authority, commonName),
    journal: desk.journal,
    clock,
    loadLayout: (directory, { repository }) => loadLayout(state, directory, repository),
    ...contents,
    addFault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    faults: () => faults.list(),
    assertFaultsFired: () => assertFired(faults.list()),
    setQuirks: (changes) => quirks.set(changes),
    quirks: () => ({ ...quirks.current }),
    close,
    [Symbol.asyncDispose]: close,
  }
}
