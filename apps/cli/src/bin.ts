#!/usr/bin/env node
// Plain syntax and no static import: an old Node must be able to read this file far enough to say that it is too old.
declare const LADING_VERSION: string | undefined

const running = process.versions.node.split('.').map(Number)
const major = running[0] || 0
const minor = running[1] || 0
const first = process.argv[2]

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write('lading: this is Node ' + process.versions.node + ', and lading needs Node >= 22.19\n')
  process.stderr.write('hint: install a newer Node, from https://nodejs.org or with your version manager\n')
  process.exitCode = 1
} else if (
  process.argv.length === 3 &&
  (first === '--version' || first === '-v' || first === '-V') &&
  typeof LADING_VERSION === 'string'
) {
  // Answered before anything is loaded.
  process.stdout.on('error', function (error: NodeJS.ErrnoException) {
    if (error.code === 'EPIPE') return
    process.exitCode = 1
    process.stderr.write('lading: standard output cannot be written (' + String(error.code) + ')\n')
  })
  process.stdout.write(LADING_VERSION + '\n')
} else {
  keepYoungSmall()
  if (typeof LADING_VERSION === 'string') rememberCompiled()
  void import('./main.ts').then(function (module) {
    return module.main(process.argv.slice(2))
  })
}

/**
 * Lets Node keep what V8 made of our code in the user's cache directory: a third of a short command is compiling. Node
 * loops for ever where that directory cannot be made, so it is made here; and what is read from it runs, so it must be
 * ours alone. `NODE_COMPILE_CACHE` and `NODE_DISABLE_COMPILE_CACHE` are Node's own and go first.
 */
function rememberCompiled(): void {
  const env = process.env
  if (env['NODE_COMPILE_CACHE'] || env['NODE_DISABLE_COMPILE_CACHE']) return
  const given = env['XDG_CACHE_HOME'] || ''
  const home = env['HOME'] || ''
  const base = given.startsWith('/') ? given : home.startsWith('/') ? home + '/.cache' : undefined
  if (base === undefined || process.getuid === undefined) return
  try {
    const fs = process.getBuiltinModule('fs')
    const above = base + '/lading'
    const directory = above + '/compiled'
    // Level by level: where one cannot be made, `recursive` loops as well.
    for (const each of [base, above, directory]) if (!fs.existsSync(each)) fs.mkdirSync(each, { mode: 0o700 })
    // Whoever may write to the one above puts another in place of ours.
    for (const each of [above, directory]) {
      const found = fs.lstatSync(each)
      if (!found.isDirectory() || found.uid !== process.getuid() || (found.mode & 0o022) !== 0) return
    }
    process.getBuiltinModule('module').enableCompileCache(directory)
  } catch {
    // A home that cannot be written to: every start compiles.
  }
}

/**
 * V8 lets its young generation grow to dozens of MiB while chunks pass through, of which a few objects live: here it
 * stays as it begins. That costs 20 ms, since Node's own compiled code is for the flags that it was built with, so it is for
 * what moves gigabytes alone. It comes before the first module: the cache of ours is for one set of flags, too. Whoever
 * starts Node with a size of their own has it.
 */
function keepYoungSmall(): void {
  const given = process.execArgv.join(' ') + ' ' + (process.env['NODE_OPTIONS'] || '')
  // docker's groups: `image save`.
  const command = (first === 'image' ? process.argv[3] : first) || ''
  if (!/^(save|load|push|copy|serve)$/.test(command) || /semi[-_]space/.test(given)) return
  try {
    process.getBuiltinModule('v8').setFlagsFromString('--semi-space-growth-factor=1')
  } catch {
    // Another engine: it manages its memory its own way.
  }
}
