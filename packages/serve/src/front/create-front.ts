import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Who } from '../request/who.ts'
import type { OnServeEvent } from '../serve-event.ts'
import { loginOf, type Login } from './htpasswd/basic.ts'
import type { LoginVerdict } from './htpasswd/check-login.ts'
import { clientOf } from './limits/client-of.ts'
import { createCounter } from './limits/counter.ts'
import type { Limits } from './limits/limits.ts'
import type { Connections } from './limits/watch-connections.ts'
import { refuse, type Refusal } from './refuse.ts'

export interface FrontOptions {
  /** Answers what is let through. */
  readonly handle: (request: IncomingMessage, response: ServerResponse, who: Who) => unknown
  /** Of the listener; asked for when a request comes. */
  readonly connections: () => Pick<Connections, 'isSurplus'>
  readonly limits: Limits
  /** Absent: everybody may come in. */
  readonly checkLogin?: ((login: Login) => Promise<LoginVerdict>) | undefined
  /** What is refused here is told as the handler tells it, with a negative `id`. */
  readonly onEvent?: OnServeEvent | undefined
}

const tooMany = (message: string): Refusal => ({
  status: 429,
  code: 'TOOMANYREQUESTS',
  message,
  headers: { 'retry-after': '1' },
})
const busy = (message: string): Refusal => ({
  status: 503,
  code: 'UNAVAILABLE',
  message,
  headers: { 'retry-after': '1' },
})
const unauthorized: Refusal = {
  status: 401,
  code: 'UNAUTHORIZED',
  message: 'this server requires a login',
  headers: { 'www-authenticate': 'Basic realm="lading serve", charset="UTF-8"' },
}

/** Whether it may be for a blob, however its address is escaped. */
function mayTakeLong(url = ''): boolean {
  try {
    return decodeURIComponent(url.replace(/\?.*$/s, '')).includes('/blobs/')
  } catch {
    // Which the handler does not read either.
    return false
  }
}

/** What a request meets before its handler: the limits of its client, and the login. */
export function createFront({ handle, connections, limits, checkLogin, onEvent }: FrontOptions): RequestListener {
  const downloads = createCounter({ perClient: limits.downloadsPerClient, all: limits.downloads })
  let ids = 0

  /** Who logged in, if that is asked for; or why nobody gets in. */
  async function enter(request: IncomingMessage): Promise<{ readonly user?: string } | Refusal> {
    if (connections().isSurplus(request.socket))
      return { ...tooMany(`this client has more than ${limits.connectionsPerClient} connections`), close: true }
    if (checkLogin === undefined) return {}
    const login = loginOf(request.headers.authorization)
    if (login === undefined) return unauthorized
    const verdict = await checkLogin(login)
    if (verdict === 'busy') return busy('too many logins are being checked')
    return verdict === 'right' ? { user: login.user } : unauthorized
  }

  /** Holds a place for what takes long. */
  function placeFor(request: IncomingMessage, response: ServerResponse, client: string): Refusal | undefined {
    if (request.method !== 'GET' || !mayTakeLong(request.url)) return undefined
    const taken = downloads.take(client)
    if (taken === 'client') return tooMany(`this client has ${limits.downloadsPerClient} downloads in progress`)
    if (taken === 'all') return busy(`${limits.downloads} downloads are in progress`)
    response.once('close', () => downloads.giveBack(client))
    return undefined
  }

  return (request, response) => {
    const begun = performance.now()
    const client = clientOf(request.socket.remoteAddress)
    const tell = (
      { status, code, message }: Refusal,
      { bytes, user }: { bytes: number; user?: string | undefined },
    ): void => {
      const id = -(ids += 1)
      onEvent?.({ type: 'refused', id, status, code, message })
      onEvent?.({
        type: 'request',
        id,
        method: request.method ?? '',
        target: (request.url ?? '').slice(0, 2048),
        remote: request.socket.remoteAddress,
        user,
        status,
        bytes,
        milliseconds: performance.now() - begun,
        cut: false,
      })
    }
    enter(request)
      .catch((): Refusal => busy('logins cannot be checked now'))
      .then(async (entered) => {
        if (response.closed) return
        const user = 'status' in entered ? undefined : entered.user
        const refused = 'status' in entered ? entered : placeFor(request, response, client)
        if (refused === undefined) await handle(request, response, { client, user })
        else tell(refused, { bytes: refuse(request, response, refused), user })
      })
      // The handler answers for its own failures; what is left over must not end the process.
      .catch(() => void request.socket.destroy())
  }
}
