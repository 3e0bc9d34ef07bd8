import { readImages } from '../images/described/parse-images.ts'
import type { Description } from '../images/described/description.ts'
import { summaryOf } from '../images/described/summary.ts'
import { ok } from './control-reply.ts'
import type { Endpoint } from './endpoint.ts'

/** Seeds what is described. All of it is read before any of it is stored. */
export const images: Endpoint = {
  methods: ['POST'],
  bodyLimit: 32 * 1024 * 1024,
  async answer({ rest, body }, controlled) {
    if (rest !== '') return undefined
    const all = readImages(body as Description | readonly Description[])
    for (const built of all) await controlled.seed(built)
    return ok({ images: all.map(summaryOf) }, 201)
  },
}
