import type { AbortOptions } from '@lading/clock'
import { printable } from '@lading/errors'
import { sameCredential, type CredentialProvider, type CredentialTarget } from '../credential.ts'
import { CredentialError } from '../credential-error.ts'
import type { Finding, Look } from './finding.ts'

export interface ExplainOptions extends AbortOptions {
  /** Run programs to find out. Default true. */
  readonly ask?: boolean | undefined
}

/** A provider that can tell where it looked. */
export interface CredentialSource extends CredentialProvider {
  /** Every place in the order of looking. Does not throw for what a place holds: that is a finding too. */
  explain(target: CredentialTarget, options?: ExplainOptions): Promise<readonly Finding[]>
}

/** Looks at places in order and yields what each came to. What it cannot read is thrown as a CredentialError, or yielded with one. */
export type LookAt = (
  target: CredentialTarget,
  options: AbortOptions & { readonly ask: boolean },
) => AsyncIterable<Look>

/** A source of places looked at in order; the first that has something wins. What throws is a place that failed. */
export function createSource(source: string, lookAt: LookAt): CredentialSource {
  const provide: CredentialProvider = async (target, { signal } = {}) => {
    for await (const { credential, error } of lookAt(target, { signal, ask: true })) {
      if (error !== undefined) throw error
      if (credential === undefined) continue
      return sameCredential(credential, target.rejected) ? undefined : credential
    }
    return undefined
  }
  const explain: CredentialSource['explain'] = async (target, { signal, ask = true } = {}) => {
    const findings: Finding[] = []
    let decided = false
    try {
      for await (const look of lookAt(target, { signal, ask })) {
        const finding = redacted(look)
        findings.push(decided && finding.outcome === 'used' ? { ...finding, outcome: 'shadowed' } : finding)
        decided ||= look.credential !== undefined
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof CredentialError)) throw error
      findings.push({ source, place: error.facts.path ?? source, outcome: 'failed', reason: error.message, error })
    }
    return findings
  }
  return Object.assign(provide, { explain })
}

function redacted({ credential, ...finding }: Look): Finding {
  if (credential === undefined) return finding
  return {
    ...finding,
    kind: credential.kind,
    ...(credential.kind === 'basic' ? { username: printable(credential.username, 200) } : {}),
  }
}
