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
  (first === '--version' || first === '-V') &&
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
  void import('./main.ts').then(function (module) {
    return module.main(process.argv.slice(2))
  })
}
