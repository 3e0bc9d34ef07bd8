import type { ClientContext } from './context.ts'

/** Was TLS seen at this `host` or `host:port`? The set has hosts as https URLs write them, which is without `:443`. */
export function speaksTls({ tls }: Pick<ClientContext, 'tls'>, host: string): boolean {
  return tls.has(host.toLowerCase().replace(/:443$/, ''))
}
