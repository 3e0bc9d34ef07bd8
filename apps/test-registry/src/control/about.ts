import { readFileSync } from 'node:fs'
import { ok } from './control-reply.ts'
import type { Endpoint } from './endpoint.ts'

export const about: Endpoint = {
  methods: ['GET'],
  answer({ rest }, controlled) {
    if (rest !== '') return undefined
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    return ok({ version, ...controlled.addresses(), auth: controlled.auth })
  },
}
