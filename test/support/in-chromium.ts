import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { pathOf } from './real-parts.ts'

const execute = promisify(execFile)

/**
 * One script for a browser out of a module and all it imports, from source. What a browser has not, a Node built-in say, is an
 * error and not left to the page.
 */
export async function bundleForBrowser(entry: string): Promise<string> {
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: { conditionNames: ['@lading/source', 'browser', 'import', 'default'] },
    onLog(_level, { message }) {
      throw new Error(message)
    },
  })
  try {
    const { output } = await bundle.generate({ format: 'iife', name: 'subject' })
    const [{ code, imports }] = output
    if (output.length !== 1 || imports.length > 0)
      throw new Error(`the bundle of ${entry} is not whole: it wants ${imports.join(', ')}`)
    return code
  } finally {
    await bundle.close()
  }
}

/**
 * Runs `results()` of the module at `entry` in headless Chromium, with no network, and gives what it returns as JSON carries it.
 */
export async function resultsInChromium(entry: string): Promise<unknown> {
  const code = await bundleForBrowser(entry)
  const folder = await mkdtemp(join(tmpdir(), 'lading-chromium-'))
  try {
    const page = join(folder, 'page.html')
    // The answer goes through the DOM as base64, so that no character of it is markup.
    const report = `const bytes = new TextEncoder().encode(JSON.stringify(subject.results()))
      document.body.textContent = 'BEGIN' + btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) + 'END'`
    await writeFile(
      page,
      `<!doctype html><meta charset="utf-8"><body><script>${code.replaceAll('</script', String.raw`<\/script`)}</script><script>${report}</script>`,
    )
    const { stdout } = await execute(
      pathOf('chromium'),
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-dev-shm-usage',
        `--user-data-dir=${join(folder, 'profile')}`,
        '--dump-dom',
        `file://${page}`,
      ],
      { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, HOME: folder } },
    )
    const encoded = /BEGIN([A-Za-z0-9+/=]*)END/.exec(stdout)?.[1]
    if (encoded === undefined) throw new Error(`Chromium came to no result: ${stdout.slice(-2000)}`)
    return JSON.parse(Buffer.from(encoded, 'base64').toString())
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
}
