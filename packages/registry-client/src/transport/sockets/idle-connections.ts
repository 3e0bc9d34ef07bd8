import type { Connection } from './connection.ts'

/** Connections that wait for the next request, by what they may be used for. */
export interface IdleConnections {
  /** The one that was used last, if there is one. */
  take(key: string): Connection | undefined
  /** @param ms it waits so long at most, and is closed then; 0: at once */
  put(key: string, connection: Connection, ms: number): void
}

export function createIdleConnections(): IdleConnections {
  const idle = new Map<string, Map<Connection, NodeJS.Timeout>>()
  const remove = (key: string, connection: Connection): void => {
    const those = idle.get(key)
    clearTimeout(those?.get(connection))
    those?.delete(connection)
    if (those?.size === 0) idle.delete(key)
  }
  return {
    take(key) {
      for (;;) {
        const connection = [...(idle.get(key)?.keys() ?? [])].at(-1)
        if (connection === undefined) return undefined
        remove(key, connection)
        if (connection.open) return connection
        connection.destroy()
      }
    },
    put(key, connection, ms) {
      if (ms <= 0 || !connection.open) {
        connection.destroy()
        return
      }
      const those = idle.get(key) ?? new Map<Connection, NodeJS.Timeout>()
      idle.set(key, those)
      those.set(
        connection,
        setTimeout(() => {
          remove(key, connection)
          connection.destroy()
        }, ms).unref(),
      )
      connection.rest(() => remove(key, connection))
    },
  }
}
