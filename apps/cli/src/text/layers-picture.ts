import type { LayerChanges } from '@lading/image'
import { formatSize } from './size.ts'

const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replaceAll(/\p{Cc}/gu, ' ')

const row = 44
const width = 960

/** One bar for each layer, base at the bottom: what of it is seen in the image, and what is wasted. */
export function layersSvg(changes: readonly LayerChanges[], title: string): string {
  const most = Math.max(1, ...changes.map(({ added, changed }) => added.bytes + changed.bytes))
  const scale = (bytes: number): number => Math.round((bytes / most) * (width - 40) * 100) / 100
  const bars = changes.toReversed().map((each, index) => {
    const { layer, added, changed, hidden, wasted } = each
    const top = 50 + index * row
    const all = scale(added.bytes + changed.bytes)
    const waste = Math.min(all, scale(wasted.bytes))
    const facts = `${formatSize(added.bytes + changed.bytes)}, ${added.paths} added, ${changed.paths} changed, ${hidden.paths} hidden, ${formatSize(wasted.bytes)} wasted`
    const by = escape((layer.history?.createdBy ?? layer.descriptor.digest).slice(0, 110))
    return [
      `<g><title>${by}: ${escape(facts)}</title>`,
      `<text x="20" y="${top}" class="by">${layer.index}  ${by}</text>`,
      `<rect x="20" y="${top + 5}" width="${all}" height="12" class="seen"/>`,
      `<rect x="${20 + all - waste}" y="${top + 5}" width="${waste}" height="12" class="waste"/>`,
      `<text x="20" y="${top + 29}" class="facts">${escape(facts)}</text></g>`,
    ].join('\n')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${60 + changes.length * row}" font-family="monospace">
<style>.title{font-size:16px}.by{font-size:11px}.facts{font-size:10px;fill:#666}.seen{fill:#3b82f6}.waste{fill:#ef4444}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="20" y="24" class="title">${escape(title)}</text>
${bars.join('\n')}
</svg>
`
}

/** The same as a page that needs nothing else. */
export const layersHtml = (changes: readonly LayerChanges[], title: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title></head>
<body>
${layersSvg(changes, title)}</body></html>
`
