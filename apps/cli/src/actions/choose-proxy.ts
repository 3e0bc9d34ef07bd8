import { parseProxy, proxyFromEnv, type ProxyPolicy } from '@lading/registry-client'
import type { Environment } from '../environment.ts'

/** `--proxy URL` is for every host, loopback too; `--proxy none` for no host; without it the environment decides. */
export function chooseProxy(option: string | undefined, env: Environment['variables']): ProxyPolicy {
  if (option === undefined) return proxyFromEnv({ env })
  if (option === 'none') return () => undefined
  const proxy = parseProxy(option, '--proxy')
  return () => proxy
}
