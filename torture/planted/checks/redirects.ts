import { onStage } from './stage.ts'

const user = { kind: 'basic', username: 'alice', password: 'correct horse' } as const

/** Whoever a registry leads to sees nothing of what it is shown itself. */
export const redirects = (): Promise<readonly string[]> =>
  onStage(
    async ({ registry, pull }) => {
      registry.addFault({ on: 'blob', then: { redirect: 'cdn' } })
      const outcome = await pull({ credentials: () => Promise.resolve(user) })
      const wrong: string[] = []
      try {
        registry.journal.assertNoSecretAt('cdn')
      } catch (error) {
        wrong.push(String(error))
      }
      if (outcome !== 'done') wrong.push(`a pull by way of a redirect: ${outcome}`)
      return wrong
    },
    { auth: { ...user, kind: 'bearer' } },
  )
