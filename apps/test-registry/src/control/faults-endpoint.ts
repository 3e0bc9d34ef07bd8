import type { Fault } from '../faults/fault.ts'
import { done, ok, refuse } from './control-reply.ts'
import type { Controlled, Endpoint } from './endpoint.ts'

export const faults: Endpoint = {
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  answer(request, controlled) {
    if (request.rest !== '') return one(request.rest, request.method, request.body, controlled)
    if (request.method === 'GET') return ok({ faults: controlled.faults.list() })
    if (request.method === 'POST') return add(request.body, controlled)
    if (request.method !== 'DELETE') return undefined
    controlled.faults.clear()
    return done
  },
}

/** All of them or none. */
function add(body: unknown, { faults: book }: Controlled): ReturnType<Endpoint['answer']> {
  const scripts = (Array.isArray(body) ? body : [body]) as readonly Fault[]
  const added: ReturnType<typeof book.add>[] = []
  try {
    for (const fault of scripts) added.push(book.add(fault))
  } catch (error) {
    for (const { remove } of added) remove()
    throw error
  }
  const ids = new Set(added.map(({ id }) => id))
  return ok({ faults: book.list().filter(({ id }) => ids.has(id)) }, 201)
}

function one(
  rest: string,
  method: string,
  body: unknown,
  { faults: book }: Controlled,
): ReturnType<Endpoint['answer']> {
  const found = /^\d{1,15}$/.test(rest) ? book.find(Number(rest)) : undefined
  if (found === undefined) return undefined
  if (method === 'DELETE') {
    found.remove()
    return done
  }
  if (method === 'PATCH') {
    const enabled: unknown =
      typeof body === 'object' && body !== null && Object.keys(body).join() === 'enabled'
        ? Reflect.get(body, 'enabled')
        : undefined
    if (typeof enabled !== 'boolean') return refuse('INVALID', 'write { "enabled": true } or { "enabled": false }')
    found.enable(enabled)
  } else if (method !== 'GET') {
    return undefined
  }
  return ok(book.list().find(({ id }) => id === found.id))
}
