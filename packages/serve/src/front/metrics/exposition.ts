/** Labels of one number, in the order in which they are written. */
type Labels = Readonly<Record<string, string>>

/** One family of numbers. */
export interface Family {
  add(labels: Labels, amount?: number): void
  set(labels: Labels, value: number): void
  /** Of all its labels. */
  sum(): number
  render(): string
}

/** So many sets of labels: what a client can make up must not fill the memory. */
const mostSeries = 1000

/** A family in Prometheus's text format (exposition formats, 0.0.4). A counter that nothing was added to is 0. */
export function createFamily(name: string, type: 'counter' | 'gauge', help: string): Family {
  const series = new Map<string, number>()
  const put = (labels: Labels, change: (before: number) => number): void => {
    const key = labelText(labels)
    if (!series.has(key) && series.size >= mostSeries) return
    series.set(key, change(series.get(key) ?? 0))
  }
  return {
    add: (labels, amount = 1) => put(labels, (before) => before + amount),
    set: (labels, value) => put(labels, () => value),
    sum: () => [...series.values()].reduce((sum, value) => sum + value, 0),
    render: () =>
      [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...[...series].map(([labels, value]) => `${name}${labels} ${value}`),
        '',
      ].join('\n'),
  }
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeLabel(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escapeLabel = (value: string): string =>
  value.slice(0, 256).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
