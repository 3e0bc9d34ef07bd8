import { printable } from '@lading/errors'
import { familiarString, withDefaultTag, type Reference } from '@lading/reference'
import {
  createRegistryClient,
  publicProxy,
  type Capability,
  type Endpoint,
  type ExplainedEndpoint,
  type ExplainedProxyPolicy,
  type ExplainedTarget,
  type HostRule,
} from '@lading/registry-client'
import type { Action } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { jsonText } from '../text/json-line.ts'
import { formatTable } from '../text/table.ts'
import { clientOptions } from './client-options.ts'
import type { RegistryCommandOptions } from '../command-options.ts'
import { givenReference } from './given-reference.ts'

/** What is asked for a reference, and through which proxies. */
interface Answer extends ExplainedTarget {
  readonly proxies: Pick<ExplainedProxyPolicy, 'explain'>
}

const everything: readonly Capability[] = ['pull', 'resolve', 'push', 'referrers']

interface HostsOptions extends RegistryCommandOptions {
  readonly json?: boolean | undefined
}

export const hosts: Action<[reference: string], HostsOptions> = async ([text], options, context) => {
  const reference = withDefaultTag(givenReference(text))
  const how = await clientOptions(options, context)
  const client = createRegistryClient(how)
  const answer = { ...client.explain(reference), proxies: how.proxy }
  await client.close()
  if (options.json === true) context.print(jsonText(asJson(reference, answer)))
  else {
    for (const line of asTable(reference, answer, context.output.columns)) context.print(line)
    for (const note of notesOf(answer, how.hosts?.ignored ?? [])) context.terminal.write(`note: ${note}\n`)
  }
  return answer.blocked === undefined ? exitCodes.ok : exitCodes.denied
}

function asTable(
  reference: Reference,
  { endpoints, blocked, proxies }: Answer,
  width: number | undefined,
): readonly string[] {
  if (blocked !== undefined) return [`${familiarString(reference)} is blocked: ${ruleText(blocked)}`]
  return formatTable(
    ['ENDPOINT', 'KIND', 'ASKED FOR', 'CONNECTION', 'SAID BY'],
    endpoints.map(({ endpoint, asked }) => [
      printable(addressOf(endpoint, reference)),
      endpoint.mirror ? 'mirror' : 'registry',
      asked.length === 0 ? 'nothing' : asked.length === everything.length ? 'all' : asked.join(', '),
      connectionOf(endpoint, proxies),
      saidBy(endpoint),
    ]),
    { width },
  )
}

/** Where the repository is, with what a proxy is told. */
function addressOf({ url, overridePath, path, namespace }: Endpoint, reference: Reference): string {
  return `${url}${overridePath === true ? '' : '/v2'}/${path ?? reference.path}${namespace === undefined ? '' : `?ns=${namespace}`}`
}

function connectionOf(
  { url, scheme, insecure, tls, headers, dialTimeout }: Endpoint,
  { explain }: Answer['proxies'],
): string {
  const way = explain(new URL(url))
  const parts = [
    scheme === 'http' ? 'http, not encrypted' : insecure ? 'https, certificate not checked' : 'https',
    tls?.ca === undefined ? undefined : 'own authorities',
    tls?.cert === undefined ? undefined : 'client certificate',
    headers === undefined ? undefined : `headers ${Object.keys(headers).join(' ')}`,
    dialTimeout === undefined ? undefined : `within ${dialTimeout} ms`,
    way && `through ${way.proxy === undefined ? 'no proxy' : publicProxy(way.proxy)} (${printable(way.said)})`,
  ]
  return parts.filter((part) => part !== undefined).join(', ')
}

function saidBy({ rule, insecureRule, tlsRule, mirror, insecure }: Endpoint): string {
  const parts = [
    rule === undefined ? (mirror ? '--mirror' : 'built in') : ruleText(rule),
    insecureRule === undefined || insecureRule === rule
      ? insecure && rule === undefined
        ? 'insecure by --insecure'
        : undefined
      : `insecure by ${ruleText(insecureRule)}`,
    tlsRule === undefined ? undefined : `certificates from ${printable(tlsRule.file ?? '')}`,
  ]
  return parts.filter((part) => part !== undefined).join('; ')
}

const ruleText = ({ file, rule }: HostRule): string => printable(file === undefined ? rule : `${file}: ${rule}`)

function notesOf({ endpoints, passedOver }: ExplainedTarget, ignored: readonly HostRule[]): readonly string[] {
  return [
    ...endpoints.flatMap(passedOverWords),
    ...passedOver.map(({ what, why, rule }) => `${printable(what)} is not used: ${why} (${ruleText(rule)})`),
    ...ignored.map((rule) => `not followed: ${ruleText(rule)}`),
  ]
}

const whatFor = { resolve: ' what a tag points to', pull: ' for content' } as const

/** Why an endpoint is left out of a pull, which neither pushes nor asks for referrers. */
function passedOverWords({ endpoint, passedOver }: ExplainedEndpoint): readonly string[] {
  const reasons = new Map<string, string[]>()
  for (const { need, why } of passedOver)
    if (need === 'resolve' || need === 'pull') reasons.set(why, [...(reasons.get(why) ?? []), whatFor[need]])
  return [...reasons].map(
    ([why, needs]) =>
      `${printable(endpoint.url)} is not asked${needs.length === 1 ? needs.join('') : ''}: ${printable(why)}`,
  )
}

/** Certificates, keys and the values of headers are not shown. */
function asJson(reference: Reference, { endpoints, blocked, passedOver, proxies }: Answer): object {
  return {
    v: 1,
    reference: String(reference),
    blocked: blocked ?? null,
    endpoints: endpoints.map(({ endpoint, asked, passedOver: notFor }) => {
      const {
        url,
        host,
        scheme,
        mirror,
        insecure,
        capabilities = everything,
        namespace,
        credentialHost,
        headers,
        tls,
        dialTimeout,
        rule,
        insecureRule,
        tlsRule,
      } = endpoint
      const way = proxies.explain(new URL(url))
      return {
        url,
        repository: addressOf(endpoint, reference),
        host,
        scheme,
        mirror,
        insecure,
        capabilities,
        asked,
        passedOver: notFor,
        ...(namespace === undefined ? {} : { namespace }),
        credentialHost: credentialHost ?? (mirror ? host : reference.domain),
        headers: Object.keys(headers ?? {}),
        tls: { authorities: tls?.ca?.length ?? 0, clientCertificate: tls?.cert !== undefined },
        ...(dialTimeout === undefined ? {} : { dialTimeout }),
        ...(way === undefined
          ? {}
          : { proxy: { url: way.proxy === undefined ? null : publicProxy(way.proxy), said: way.said } }),
        rule: rule ?? { rule: mirror ? '--mirror' : 'built in' },
        ...(insecureRule === undefined ? {} : { insecureRule }),
        ...(tlsRule === undefined ? {} : { tlsRule }),
      }
    }),
    passedOver,
  }
}
