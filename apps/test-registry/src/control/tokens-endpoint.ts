import { done } from './control-reply.ts'
import type { Endpoint } from './endpoint.ts'

/** Voids every token that was issued. */
export const tokens: Endpoint = {
  methods: ['DELETE'],
  answer({ rest }, controlled) {
    if (rest !== '') return undefined
    controlled.expireTokens()
    return done
  },
}
