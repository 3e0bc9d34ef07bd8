import { openLine } from '../support/line.ts'
import { pushImage, startRegistry, writeTls } from '../support/registry.ts'
import { startRelay, type Relay } from '../support/relay.ts'
import { folder } from '../support/settings.ts'
import type { Case } from './cases.ts'

export interface Served extends AsyncDisposable {
  /** Where it is asked for: `timed` straight from the registry, `counted` with somebody who counts in between. */
  readonly references: { readonly timed: string; readonly counted: string }
  readonly counted: Relay['counted']
  /** Makes whoever is asked trust the certificate. */
  readonly trust: Readonly<Record<string, string>>
}

const repository = 'bench/pull'

/** The images of a case, at the end of its line. */
export async function serve(
  images: Awaited<ReturnType<Case['images']>>,
  { tls: wanted, line }: Pick<Case, 'tls' | 'line'>,
): Promise<Served> {
  const plain = await startRegistry(folder)
  for (const [tag, image] of Object.entries(images)) await pushImage(plain.host, repository, tag, image)
  if (wanted === true) await plain.close()
  const tls = wanted === true ? await writeTls(folder) : undefined
  const registry = tls === undefined ? plain : await startRegistry(folder, tls)
  const relay = await startRelay(registry.host, tls)
  const lines = line === undefined ? [] : await Promise.all([registry, relay].map(({ host }) => openLine(host, line)))
  const [timed, counted] = lines.length > 0 ? lines : [registry, relay]
  const [tag] = Object.keys(images)
  return {
    references: { timed: `${timed?.host}/${repository}:${tag}`, counted: `${counted?.host}/${repository}:${tag}` },
    counted: () => relay.counted(),
    trust: tls === undefined ? {} : { SSL_CERT_FILE: tls.ca, CURL_CA_BUNDLE: tls.ca, NODE_EXTRA_CA_CERTS: tls.ca },
    async [Symbol.asyncDispose]() {
      for (const each of [...lines, relay, registry]) await each.close()
    },
  }
}
