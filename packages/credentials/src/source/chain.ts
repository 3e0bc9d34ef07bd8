import { printable } from '@lading/errors'
import { sameCredential, type CredentialProvider } from '../credential.ts'
import type { CredentialSource } from './create-source.ts'
import type { Finding } from './finding.ts'

/**
 * Asks one provider after the other; the first that knows the host decides. What fails ends it: nobody is taken for
 * somebody else because a helper is missing. A refused credential is not followed by that of a later provider either.
 */
export function chain(...providers: readonly CredentialProvider[]): CredentialSource {
  const provide: CredentialProvider = async ({ rejected, ...target }, { signal } = {}) => {
    for (const provider of providers) {
      const found = await provider(target, { signal })
      if (found !== undefined) return sameCredential(found, rejected) ? undefined : found
    }
    return undefined
  }
  const explain: CredentialSource['explain'] = async ({ host, repository }, { signal, ask = true } = {}) => {
    const all: Finding[] = []
    let decided = !ask
    for (const provider of providers) {
      const found = await explainOne(provider, { host, repository }, { signal, ask: !decided })
      const settled = all.some(({ outcome }) => outcome === 'used' || outcome === 'failed')
      all.push(
        ...found.map((finding) =>
          settled && finding.outcome === 'used' ? { ...finding, outcome: 'shadowed' as const } : finding,
        ),
      )
      decided ||= found.some(({ outcome }) => outcome === 'used' || outcome === 'failed')
    }
    return all
  }
  return Object.assign(provide, { explain })
}

type Explain = CredentialSource['explain']

async function explainOne(
  provider: CredentialProvider | CredentialSource,
  target: Parameters<Explain>[0],
  options: NonNullable<Parameters<Explain>[1]>,
): Promise<readonly Finding[]> {
  if ('explain' in provider) return provider.explain(target, options)
  const place = { source: 'provider', place: provider.name === '' ? 'a function' : printable(provider.name, 80) }
  if (options.ask === false) return [{ ...place, outcome: 'unasked', reason: 'an earlier place was used' }]
  const credential = await provider(target, { signal: options.signal })
  if (credential === undefined)
    return [{ ...place, outcome: 'absent', reason: `it has no entry for ${printable(target.host)}` }]
  return [
    {
      ...place,
      outcome: 'used',
      reason: 'it is the first place with an entry for this host',
      kind: credential.kind,
      ...(credential.kind === 'basic' ? { username: printable(credential.username, 200) } : {}),
    },
  ]
}
