// The first import of every entry that needs Node, so that an older one is told before it stumbles over what it has not got.
// `sideEffects: false` lets a bundler leave it out: what it bundles is another one's program.

const least = [22, 19] as const
const { process } = globalThis as { process?: { readonly versions?: { readonly node?: string | undefined } } }
const running = process?.versions?.node
const [major = 0, minor = 0] = (running ?? '').split('.').map(Number)

// Where there is no Node there is nothing to say.
if (running !== undefined && (major < least[0] || (major === least[0] && minor < least[1])))
  throw Object.assign(
    new Error(
      `@lading packages need Node ${least.join('.')} or newer, and this is Node ${running}: install a newer one from https://nodejs.org or with your version manager`,
    ),
    { code: 'NODE_TOO_OLD' },
  )
