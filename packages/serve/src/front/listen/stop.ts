import type { Listener } from './open-listener.ts'

/**
 * Takes no new connections, lets what is on its way arrive, and cuts what is left after `graceMs`. An idle connection is
 * closed at once.
 *
 * @param options.signal cuts at once
 * @returns how many connections were cut
 */
export async function stopListener(
  { server, connections }: Pick<Listener, 'server' | 'connections'>,
  { graceMs, signal }: { readonly graceMs: number; readonly signal?: AbortSignal | undefined },
): Promise<number> {
  if (!server.listening) return 0
  let cut = 0
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const cutAll = (): void => void (cut += connections.cut())
  const timer = setTimeout(cutAll, graceMs)
  // A connection that is kept for the next request idles after its answer.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  if (signal?.aborted === true) cutAll()
  else signal?.addEventListener('abort', cutAll, { once: true })
  await closed
  clearTimeout(timer)
  clearInterval(idle)
  signal?.removeEventListener('abort', cutAll)
  return cut
}
