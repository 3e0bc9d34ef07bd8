import { publicUrl, type Emit } from '../client-event.ts'
import type { Clock } from '@lading/clock'
import { RegistryError } from '../errors/registry-error.ts'
import { publicProxy } from '../proxy/proxy-settings.ts'
import type { Concern } from './wire-request.ts'

/** An event for each request that was made, at its end. */
export const reportRequests =
  ({ clock, emit }: { readonly clock: Clock; readonly emit: Emit }): Concern =>
  (next) =>
  async (request, receive, options) => {
    const { method, url, authorization, proxy } = request
    let started = clock.now()
    let status: number | undefined
    let asked = true
    try {
      await next(
        request,
        (head) => {
          ;({ status } = head)
          return receive(head)
        },
        { ...options, onStart: () => void (started = clock.now()) },
      )
    } catch (error) {
      asked = !(error instanceof RegistryError && error.code === 'MIRROR_SKIPPED')
      throw error
    } finally {
      if (asked)
        emit({
          type: 'request',
          method,
          url: publicUrl(url),
          status,
          milliseconds: clock.now() - started,
          authorized: authorization !== undefined,
          ...(proxy === undefined ? {} : { proxy: publicProxy(proxy) }),
        })
    }
  }
