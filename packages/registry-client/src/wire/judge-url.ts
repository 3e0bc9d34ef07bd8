import type { Endpoint } from '../endpoint/endpoint.ts'
import type { InsecureHosts } from '../endpoint/insecure-hosts.ts'
import { RegistryError } from '../errors/registry-error.ts'
import type { AddressClass } from '../origin/address-class.ts'
import type { RealmPolicy } from '../origin/allowed-realms.ts'
import { allowHint, decideOrigin, type OriginDecision, type OriginQuestion } from '../origin/decide-origin.ts'
import { adding, type Concern } from './wire-request.ts'

/** The origin policy as a client's options have it: every URL that an answer names passes here before it is called. */
export type Judge = (
  question: Pick<OriginQuestion, 'url' | 'from' | 'registry' | 'purpose'> & {
    /** Whose answer it was, or on whose behalf it was asked. */
    readonly endpoint?: Endpoint | undefined
  },
) => OriginDecision

/** @param reachedAt of the addresses at which hosts (without port) were connected to */
export function createJudge({
  insecure,
  allowRealm,
  reachedAt,
}: {
  readonly insecure: InsecureHosts
  readonly allowRealm: RealmPolicy
  readonly reachedAt: ReadonlyMap<string, ReadonlySet<AddressClass>>
}): Judge {
  return ({ endpoint, ...question }) =>
    decideOrigin({
      ...question,
      insecure: (url) => isInsecure(insecure, url, endpoint),
      allowRealm,
      reachedAt: reachedAt.get(question.registry.hostname),
    })
}

/** Certificates are not checked where the user marked the host. */
export const trustMarkedHosts = (insecure: InsecureHosts): Concern =>
  adding(({ url, endpoint }) => ({ insecure: isInsecure(insecure, url, endpoint) }))

/** A URL forgets `:443`, and the user may have written it. */
function isInsecure(marked: InsecureHosts, url: URL, endpoint: Endpoint | undefined): boolean {
  const insecure: InsecureHosts = (host) => marked(host) || (endpoint?.insecure === true && host === endpoint.host)
  return insecure(url.host) || (url.protocol === 'https:' && url.port === '' && insecure(`${url.hostname}:443`))
}

/** Who was refused for where its name resolves is told which option allows it: the lookup does not know the registry. */
export const nameWayOut: Concern = (next) => async (request, receive, options) => {
  try {
    await next(request, receive, options)
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== 'ORIGIN_REFUSED' || error.hint === undefined) throw error
    const { url, registry } = request
    throw new RegistryError('ORIGIN_REFUSED', error.message, {
      ...error.facts,
      host: url.host,
      cause: error,
      hint: allowHint(registry, url),
    })
  }
}
