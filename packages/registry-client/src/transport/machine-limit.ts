import { TransportError } from '../errors/transport-error.ts'

interface SystemError {
  readonly code?: unknown
  readonly address?: unknown
  readonly errors?: unknown
}

const limits: Readonly<Record<string, { readonly says: string; readonly hint: string }>> = {
  EMFILE: {
    says: 'too many open files',
    hint: 'raise the limit (ulimit -n), or download less at once (--jobs)',
  },
  ENFILE: {
    says: 'too many open files in the system',
    hint: 'close other programs, or raise fs.file-max',
  },
  EADDRNOTAVAIL: {
    says: 'no local port is left',
    hint: 'too many connections were open a moment ago: try again in a minute, or widen net.ipv4.ip_local_port_range',
  },
  ENOBUFS: {
    says: 'no memory is left for sockets',
    hint: 'close other programs, or download less at once (--jobs)',
  },
  ENOMEM: {
    says: 'the system has no memory left',
    hint: 'close other programs, or download less at once (--jobs)',
  },
  EAI_MEMORY: {
    says: 'no memory is left to look up a name',
    hint: 'close other programs, or download less at once (--jobs)',
  },
}

/**
 * Is it this machine that has no more sockets, ports or memory to connect with? Of several tries at several addresses
 * the first one counts.
 */
export const isMachineLimit = (error: unknown): boolean => limitOf(error) !== undefined

/** Nobody at the other end is to blame, and another address would meet the same; it passes when others are done. */
export function machineLimit(error: unknown, host: string): TransportError {
  const code = limitOf(error) ?? ''
  const { says = 'a limit was reached', hint } = limits[code] ?? {}
  return new TransportError('MACHINE_LIMIT', `this machine cannot connect to ${host}: ${says} (${code})`, {
    host,
    cause: error,
    hint,
    temporary: true,
  })
}

function limitOf(error: unknown): string | undefined {
  const { code, address, errors } = (error ?? {}) as SystemError
  if (Array.isArray(errors) && errors.length > 0) return limitOf(errors[0])
  if (typeof code !== 'string' || !Object.hasOwn(limits, code)) return undefined
  // A machine without IPv6 has no address of its own to come from.
  const isWithoutFamily = code === 'EADDRNOTAVAIL' && (typeof address !== 'string' || address.includes(':'))
  return isWithoutFamily ? undefined : code
}
