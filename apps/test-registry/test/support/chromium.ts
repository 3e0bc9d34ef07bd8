import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { pathOf } from '../../../../test/support/real-parts.ts'

/** A page in headless Chromium. */
export interface Page {
  goto(url: string): Promise<void>
  /** The value of an expression in the page; promises are awaited. */
  evaluate<Value>(expression: string): Promise<Value>
  /** Resolves once the expression is true; it is looked at for each frame. */
  until(expression: string): Promise<void>
  /** A real click at the middle of an element. */
  click(selector: string): Promise<void>
  /** A real key: `Tab`, `Enter`, ` `. */
  press(key: string): Promise<void>
  /** Text into what has the focus. */
  type(text: string): Promise<void>
  /** PNG. */
  screenshot(size?: {
    readonly width: number
    readonly height: number
    readonly dark?: boolean | undefined
  }): Promise<Uint8Array>
  /** Dialogs, errors, and what the content security policy stopped, as they were told. */
  readonly complaints: string[]
  close(): Promise<void>
}

/** Runs in the page: what loads late moves what is below it, and a click there would hit something else. */
const settledMiddle = `async (selector) => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  for (let last = ''; ; await frame()) {
    const found = document.querySelector(selector)
    found.scrollIntoView({ block: 'center' })
    const { x, y, width, height } = found.getBoundingClientRect()
    const at = { x: x + width / 2, y: y + height / 2 }
    if (last === JSON.stringify(at) && found.contains(document.elementFromPoint(at.x, at.y))) return at
    last = JSON.stringify(at)
  }
}`

interface Told {
  readonly id?: number
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--no-proxy-server',
  '--remote-debugging-pipe',
]

/** Starts Chromium and speaks its DevTools protocol over a pipe: messages of JSON that end in a zero byte. */
export async function openPage(): Promise<Page> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'))
  const child = spawn(pathOf('chromium'), [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const exit = once(child, 'exit')
  const [, , , down, up] = child.stdio as unknown as [null, null, null, Writable, Readable]
  const waiting = new Map<number, { resolve(result: Record<string, unknown>): void; reject(error: Error): void }>()
  const complaints: string[] = []
  let lastId = 0
  let session: string | undefined
  let loaded = (): void => undefined

  const send = (method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      waiting.set(id, { resolve, reject })
      down.write(
        `${JSON.stringify({ id, method, params, ...(session === undefined ? {} : { sessionId: session }) })}\0`,
      )
    })

  let text = ''
  up.setEncoding('utf8').on('data', (chunk: string) => {
    const messages = (text + chunk).split('\0')
    text = messages.pop() ?? ''
    for (const message of messages) hear(JSON.parse(message) as Told)
  })
  // A browser that is gone answers nothing any more.
  void exit.then(() => {
    for (const { reject } of waiting.values()) reject(new Error('Chromium ended'))
  })

  function hear({ id, method, params = {}, result = {}, error }: Told): void {
    if (id !== undefined) {
      const asked = waiting.get(id)
      waiting.delete(id)
      if (error === undefined) asked?.resolve(result)
      else asked?.reject(new Error(error.message))
    } else if (method === 'Page.loadEventFired') {
      loaded()
    } else if (method === 'Page.javascriptDialogOpening') {
      complaints.push(`dialog: ${String(params['message'])}`)
      void send('Page.handleJavaScriptDialog', { accept: true })
    } else if (method === 'Runtime.exceptionThrown') {
      complaints.push(`exception: ${JSON.stringify(params['exceptionDetails'])}`)
    } else if (method === 'Log.entryAdded') {
      const entry = params['entry'] as { readonly level: string; readonly source: string; readonly text: string }
      if (entry.level === 'error' && entry.source !== 'network') complaints.push(`${entry.source}: ${entry.text}`)
    }
  }

  const { targetInfos } = (await send('Target.getTargets')) as {
    targetInfos: readonly { readonly type: string; readonly targetId: string }[]
  }
  const target = targetInfos.find(({ type }) => type === 'page')?.targetId
  session = (await send('Target.attachToTarget', { targetId: target, flatten: true }))['sessionId'] as string
  for (const domain of ['Page', 'Runtime', 'Log']) await send(`${domain}.enable`)

  async function evaluate<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails))
    return (result as { readonly value: Value }).value
  }

  return {
    complaints,
    evaluate,
    async goto(url) {
      const there = new Promise<void>((resolve) => (loaded = resolve))
      await send('Page.navigate', { url })
      await there
    },
    until: (expression) =>
      evaluate(
        `new Promise((resolve) => { const look = () => ((${expression}) ? resolve() : setTimeout(look, 20)); look() })`,
      ),
    async click(selector) {
      const at = await evaluate<{ x: number; y: number }>(`(${settledMiddle})(${JSON.stringify(selector)})`)
      for (const type of ['mousePressed', 'mouseReleased'])
        await send('Input.dispatchMouseEvent', { type, ...at, button: 'left', clickCount: 1 })
    },
    async press(key) {
      const keys: Readonly<Record<string, readonly [code: string, number, text?: string]>> = {
        Tab: ['Tab', 9],
        Enter: ['Enter', 13, '\r'],
        ' ': ['Space', 32, ' '],
      }
      const [code = key, windowsVirtualKeyCode = 0, pressed] = keys[key] ?? []
      const common = { key, code, windowsVirtualKeyCode }
      await send('Input.dispatchKeyEvent', {
        type: pressed === undefined ? 'rawKeyDown' : 'keyDown',
        ...common,
        ...(pressed === undefined ? {} : { text: pressed }),
      })
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...common })
    },
    async type(insert) {
      await send('Input.insertText', { text: insert })
    },
    async screenshot({ width, height, dark = false } = { width: 1400, height: 900 }) {
      await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
      await send('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
      })
      const { data } = await send('Page.captureScreenshot', { format: 'png' })
      return Buffer.from(data as string, 'base64')
    },
    async close() {
      // Renderers and helpers are in the same process group.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      await exit
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
}
