import { RegistryError } from '../errors/registry-error.ts'
import type { Concern } from './wire-request.ts'

/** A client that is closed asks nobody. */
export const refuseWhenClosed =
  (closed: () => boolean): Concern =>
  (next) =>
  async (request, receive, options) => {
    if (closed()) throw new RegistryError('CLIENT_CLOSED', 'the registry client is closed', { host: request.url.host })
    await next(request, receive, options)
  }
