import { escapeHtml } from './html.ts'

const box = { width: 142, height: 34, gap: 22 }
const floorHeight = 96

/**
 * Draws the part of mermaid that the map of the house uses: `subgraph … end` is a row, `name["label"]` a box, `a --> b` an
 * arrow. Anything else is an error.
 */
export function drawDiagram(text: string): string {
  const { rows, arrows } = parse(text)
  const widest = Math.max(...rows.map((row) => row.boxes.length))
  const width = widest * (box.width + box.gap) + 90
  const places = new Map(
    rows.flatMap(({ boxes }, row) => {
      const start = 90 + (width - 90 - boxes.length * (box.width + box.gap)) / 2
      return boxes.map(
        ({ name }, index) =>
          [name, { x: start + index * (box.width + box.gap), y: row * floorHeight + 8, row }] as const,
      )
    }),
  )
  const place = (name: string): { x: number; y: number; row: number } => {
    const found = places.get(name)
    if (found === undefined) throw new Error(`an arrow of the diagram names ${name}, which is no box`)
    return found
  }
  const lines = arrows.map(([from, to]) => {
    const [one, other] = [place(from), place(to)]
    const [x1, x2] = [one.x + box.width / 2, other.x + box.width / 2]
    // Within a row an arrow goes below its boxes.
    const [y1, y2] = [one.y + box.height, other.row === one.row ? other.y + box.height + 4 : other.y - 4]
    const bend = other.row === one.row ? 30 : (y2 - y1) / 2
    const end = other.row === one.row ? y2 + bend : y2 - bend
    return `<path d="M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${end} ${x2} ${y2}" marker-end="url(#tip)"/>`
  })
  const boxes = rows.flatMap((row) =>
    row.boxes.map(({ name, label }) => {
      const { x, y } = place(name)
      return `<rect x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="6"/><text x="${x + box.width / 2}" y="${y + 22}" text-anchor="middle">${escapeHtml(label)}</text>`
    }),
  )
  const titles = rows.map(({ title }, row) => `<text x="0" y="${row * floorHeight + 30}">${escapeHtml(title)}</text>`)
  return `<div class="wide"><svg class="diagram" viewBox="0 0 ${width} ${rows.length * floorHeight - floorHeight + box.height + 44}" width="${width}" role="img" aria-label="Packages and their imports"><defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs><g class="arrows">${lines.join('')}</g>${boxes.join('')}${titles.join('')}</svg></div>\n`
}

interface Row {
  readonly title: string
  readonly boxes: { readonly name: string; readonly label: string }[]
}

function parse(text: string): { rows: Row[]; arrows: (readonly [string, string])[] } {
  const rows: Row[] = []
  const arrows: (readonly [string, string])[] = []
  for (const line of text.split('\n').map((each) => each.trim())) {
    const [, title] = /^subgraph \S+ \[(.*)\]$/.exec(line) ?? []
    const [, name, label] = /^([\w-]+)\["(.*)"\]$/.exec(line) ?? []
    const [, from, to] = /^([\w-]+) --> ([\w-]+)$/.exec(line) ?? []
    if (title !== undefined) rows.push({ title, boxes: [] })
    else if (name !== undefined && label !== undefined) rows.at(-1)?.boxes.push({ name, label })
    else if (from !== undefined && to !== undefined) arrows.push([from, to])
    else if (line !== 'end' && line !== 'flowchart TD' && line !== '') throw new Error(`not drawn: ${line}`)
  }
  return { rows, arrows }
}
