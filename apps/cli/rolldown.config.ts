import { readFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { OutputOptions, Plugin, RolldownOptions } from 'rolldown'
import { builtinsAtUse } from './scripts/builtins-at-use.ts'
import { chunksOfCommands } from './scripts/chunks-of-commands.ts'
import { onlyDispatcher } from './scripts/only-dispatcher.ts'
import { thirdPartyLicenses } from './scripts/third-party-licenses.ts'

const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as { version: string }

const executable: Plugin = {
  name: 'executable',
  writeBundle: ({ dir = 'dist' }) => chmod(resolve(import.meta.dirname, dir, 'bin.js'), 0o755),
}

const output: OutputOptions = {
  dir: 'dist',
  cleanDir: true,
  entryFileNames: '[name].js',
  chunkFileNames: '[name].js',
  // A crash prints the line.
  minify: false,
}

const options: RolldownOptions = {
  cwd: import.meta.dirname,
  input: {
    bin: 'src/bin.ts',
    // A thread starts from a file of its own, which must lie beside the chunk that starts it.
    'uncompress-worker': '../../packages/layer-store/src/uncompress-worker.ts',
    'inflate-worker': '../../packages/rootfs/src/threads/inflate-worker.ts',
    'bcrypt-worker': '../../packages/serve/src/front/htpasswd/bcrypt-worker.ts',
    'write-worker': '../../packages/rootfs/src/threads/write-worker.ts',
  },
  platform: 'node',
  // For stores on object storage alone: installed beside lading by whoever has one.
  external: ['@aws-sdk/client-s3'],
  resolve: { conditionNames: ['@lading/source', 'node', 'import', 'default'] },
  transform: { target: 'node22.19', define: { LADING_VERSION: JSON.stringify(version) } },
  plugins: [executable, onlyDispatcher(), builtinsAtUse(), thirdPartyLicenses()],
}

const config: RolldownOptions & { readonly output: OutputOptions } = {
  ...options,
  output: { ...output, codeSplitting: await chunksOfCommands({ ...options, output }) },
}

export default config
