import { printable } from '@lading/errors'
import { tryParseReference } from '@lading/reference'
import { CliError } from '../../cli-error.ts'

/** A registry that is asked for what is not here. */
export interface UpstreamChoice {
  /** Canonical: `docker.io`, `localhost:5000`. */
  readonly host: string
  /** It is asked as who we are, so that what it gives may be private. */
  readonly withCredentials: boolean
}

/** `HOST[,credentials]` of each; `docker.io` where none is given. The first is the default one. @throws CliError `USAGE` */
export function parseUpstreams(texts: readonly string[] = ['docker.io']): readonly UpstreamChoice[] {
  const upstreams = texts.map(parseUpstream)
  for (const [at, { host }] of upstreams.entries()) {
    if (upstreams.findIndex((other) => other.host === host) < at)
      throw new CliError('USAGE', `the upstream ${host} is given twice`, {
        hint: 'give it once, with or without ,credentials',
      })
  }
  return upstreams
}

function parseUpstream(text: string): UpstreamChoice {
  const [host = '', ...words] = text.split(',')
  // Only what names a host stands before a slash on its own.
  const parsed = /[.:]|^localhost$/.test(host) ? tryParseReference(`${host}/library/x`) : undefined
  if (parsed === undefined || parsed.path !== 'library/x' || host.includes('/'))
    throw new CliError('USAGE', `'${printable(text, 200)}' is not an upstream`, {
      hint: 'write its host, such as docker.io, ghcr.io or localhost:5000, followed by ,credentials to log in there',
    })
  if (words.length > 1 || (words[0] ?? 'credentials') !== 'credentials')
    throw new CliError('USAGE', `'${printable(words.join(','), 100)}' is not an option of an upstream`, {
      hint: `write ${host},credentials`,
    })
  return { host: parsed.domain, withCredentials: words.length === 1 }
}
