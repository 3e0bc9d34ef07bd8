import { describeValue } from '../quirks/check-quirks.ts'
import type { QuirkChanges } from '../quirks/quirk-board.ts'
import { quirkTable } from '../quirks/quirk-table.ts'
import { done, ok } from './control-reply.ts'
import type { Endpoint } from './endpoint.ts'

export const quirks: Endpoint = {
  methods: ['GET', 'PATCH', 'DELETE'],
  answer({ method, rest, body }, { quirks: board }) {
    if (rest !== '') return undefined
    if (method === 'DELETE') {
      board.reset()
      return done
    }
    // The board checks what it is given.
    if (method === 'PATCH') board.set(body as QuirkChanges)
    const known = Object.entries(quirkTable).map(([name, { help, value }]) => ({
      name,
      values: describeValue(value),
      help,
    }))
    return ok({ quirks: board.current, known })
  },
}
