import { offers, type Capability, type Endpoint, type ExplainedEndpoint } from '../endpoint/endpoint.ts'
import type { RegistryError } from '../errors/registry-error.ts'
import type { Wire } from '../wire/wire.ts'

/**
 * What an endpoint is asked for: its capabilities, and beside them a `list` of the tags of a repository, which whoever
 * resolves tags is asked for, and the `registry` itself, for whoever signs in there.
 */
export type Need = Capability | 'list' | 'registry'

/** Why configuration keeps an endpoint from being asked for something. `named`: by the caller, who means this one. */
export function unfit(endpoint: Endpoint, need: Need, { named }: { readonly named: boolean }): string | undefined {
  // A mirror has what others pushed elsewhere: nothing is changed there, unless it was named.
  if (need === 'push') {
    if (named) return undefined
    if (endpoint.mirror) return 'nothing is changed at a mirror'
  }
  if (need === 'registry' || offers(endpoint, need === 'list' ? 'resolve' : need)) return undefined
  const { capabilities: can = [] } = endpoint
  return can.length === 0 ? 'it has no capability that is known here' : `its capabilities are ${can.join(', ')}`
}

const capabilities: readonly Capability[] = ['resolve', 'pull', 'push', 'referrers']

/** What the loop decides of an endpoint, before anything is asked. */
export function explainEndpoint({ passOver }: Pick<Wire, 'passOver'>, endpoint: Endpoint): ExplainedEndpoint {
  const now = passOver(endpoint)
  const passedOver = capabilities.flatMap((need) => {
    const why = unfit(endpoint, need, { named: false }) ?? (now === undefined ? undefined : reasonOf(now))
    return why === undefined ? [] : [{ need, why }]
  })
  return { endpoint, asked: capabilities.filter((need) => !passedOver.some((each) => each.need === need)), passedOver }
}

const reasonOf = ({ message, hint }: RegistryError): string => (hint === undefined ? message : `${message}; ${hint}`)
