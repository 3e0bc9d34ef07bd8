import { escapeHtml } from '../html.ts'

/** What a terminal showed from a moment on. */
export interface Frame {
  /** Seconds since the beginning. */
  readonly at: number
  readonly lines: readonly string[]
}

const line = { height: 20, width: 8.43 }
const edge = { top: 44, side: 18, bottom: 16 }

/**
 * An animated picture of a terminal. It needs no script, so that it moves in a README too; where motion is not wanted it
 * shows the last frame.
 *
 * @param options.hold seconds that the last frame stands before all begins again
 */
export function drawRecording(
  frames: readonly Frame[],
  { title, hold = 6 }: { readonly title: string; readonly hold?: number | undefined },
): string {
  const rows = Math.max(...frames.map(({ lines }) => lines.length))
  const columns = Math.max(80, ...frames.flatMap(({ lines }) => lines.map(({ length }) => length)))
  const width = Math.ceil(columns * line.width + 2 * edge.side)
  const height = edge.top + rows * line.height + edge.bottom
  const duration = (frames.at(-1)?.at ?? 0) + hold
  const percent = (at: number): string => `${Number(((100 * at) / duration).toFixed(2))}%`
  const last = frames.length - 1
  // All frames stand side by side, and the strip jumps from one to the next.
  const steps = frames.map(({ at }, index) => `${percent(at)}{transform:translateX(${-index * width}px)}`)
  const strip = frames.map(({ lines }, index) => frameText(lines, index * width))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHtml(title)}">
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d7dce2;white-space:pre}
.p{fill:#7ee0a0}
.strip{animation:play ${duration}s steps(1,end) infinite}
@keyframes play{${steps.join('')}100%{transform:translateX(${-last * width}px)}}
@media (prefers-reduced-motion:reduce){.strip{animation:none;transform:translateX(${-last * width}px)}}
</style>
<rect width="${width}" height="${height}" rx="10" fill="#1b1f24"/>
<circle cx="20" cy="20" r="6" fill="#e0655a"/><circle cx="40" cy="20" r="6" fill="#e0b34c"/><circle cx="60" cy="20" r="6" fill="#63b559"/>
<svg width="${width}" height="${height}" overflow="hidden"><g class="strip">
${strip.join('\n')}
</g></svg>
</svg>
`
}

function frameText(lines: readonly string[], x: number): string {
  const spans = lines.map((text, row) => {
    if (text === '') return ''
    const style = text.startsWith('$ ') ? ' class="p"' : ''
    return `<text${style} x="${x + edge.side}" y="${edge.top + (row + 0.7) * line.height}" textLength="${(text.length * line.width).toFixed(1)}">${escapeHtml(text)}</text>`
  })
  return `<g>${spans.join('')}</g>`
}
