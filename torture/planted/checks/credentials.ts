import { writeFile } from 'node:fs/promises'
import { containersAuth } from '@lading/credentials'
import { image } from '@lading/test-registry'
import { expected, onStage } from './stage.ts'

const user = { username: 'alice', password: 'correct horse' }

/** What is kept for `t` is shown for `t/app`, and never for `t-evil/app`. */
export const credentialsOfNeighbour = (): Promise<readonly string[]> =>
  onStage(
    async ({ registry, root, pull }) => {
      await registry.seed(image('t-evil/app:1').layer({ evil: 'yes' }))
      const file = `${root}-auth.json`
      const auth = Buffer.from(`${user.username}:${user.password}`).toString('base64')
      await writeFile(file, JSON.stringify({ auths: { [`${registry.host}/t`]: { auth } } }), { mode: 0o600 })
      const credentials = containersAuth({ files: [file], env: {} })
      const own = await pull({ credentials })
      const evil = await pull({ credentials, reference: 't-evil/app:1' })
      const shown = registry.journal.entries.filter(
        ({ repository, headers }) => repository === 't-evil/app' && headers['authorization'] !== undefined,
      )
      return [
        ...expected('a pull with the credentials of t', own, 'done'),
        ...expected('a pull without any of t-evil', evil, 'UNAUTHORIZED'),
        ...expected('requests for t-evil with credentials', shown.length, 0),
      ]
    },
    { auth: { kind: 'basic', ...user } },
  )
