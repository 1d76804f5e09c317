/** One annotation of a step, from the command that printed it. */
interface Annotation {
  readonly level: 'error' | 'warning'
  readonly title: string
  readonly message: string
  readonly firstLine: number
  readonly lastLine: number
}

const COMMAND = /^::(error|warning) (.*?)::(.*)$/

/**
 * The lines of a file with a step's annotations at them, as a pull request shows
 * them; HTML. `log` is what the step printed, `path` the file's name in it.
 */
export function annotatedFile(log: string, path: string, source: string): string {
  const annotations = log.split('\n').flatMap((line) => annotationIn(line, path))
  const rows = source
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((text, at) => rowsOf(text, at + 1, annotations))
  return `<div><style>${STYLE}</style><div class="file"><div class="head">${escaped(path)}</div><table>${rows.join('')}</table></div></div>`
}

function annotationIn(line: string, path: string): readonly Annotation[] {
  const [, level, properties = '', message = ''] = COMMAND.exec(line) ?? []
  const of = (name: string): string =>
    unescaped(new RegExp(`(?:^|,)${name}=([^,]*)`).exec(properties)?.[1] ?? '')
  if ((level !== 'error' && level !== 'warning') || of('file') !== path) return []
  const firstLine = Number(of('line'))
  const lastLine = Number(of('endLine') || firstLine)
  return [{ level, title: of('title'), message: unescaped(message), firstLine, lastLine }]
}

/** A line of the file, and the boxes of the annotations that end at it. */
function rowsOf(text: string, number: number, annotations: readonly Annotation[]): readonly string[] {
  const at = annotations.filter(({ firstLine, lastLine }) => firstLine <= number && number <= lastLine)
  const mark = at[0] === undefined ? '' : ` class="${at[0].level}"`
  return [
    `<tr${mark}><td class="number">${number}</td><td><code>${escaped(text) || '&#8203;'}</code></td></tr>`,
    ...at.filter(({ lastLine }) => lastLine === number).map(boxOf),
  ]
}

function boxOf({ level, title, message, firstLine, lastLine }: Annotation): string {
  const lines = firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine} to ${lastLine}`
  const text = escaped(message).replaceAll('\n', '<br>')
  return `<tr><td></td><td><div class="box ${level}"><small>Check ${level === 'error' ? 'failure' : 'warning'} on ${lines}</small><b>${escaped(title)}</b><span>${text}</span></div></td></tr>`
}

/** As @actions/core escapes values of commands. */
function unescaped(text: string): string {
  return text
    .replaceAll('%0A', '\n')
    .replaceAll('%0D', '\r')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

const STYLE = [
  '.file { border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden }',
  '.file .head { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; font: 600 12px monospace; padding: 10px 16px }',
  '.file table { display: table; margin: 0; width: 100% }',
  '.file tr, .file td { background: none; border: 0 !important; padding: 1px 12px }',
  '.file td code { background: none; padding: 0; white-space: pre }',
  '.file .number { color: #59636e; font: 12px monospace; text-align: right; width: 40px }',
  '.file tr.error td { background: #ffebe9 }',
  '.file tr.warning td { background: #fff8c5 }',
  '.file .box { border: 1px solid #d1d9e0; border-left-width: 4px; border-radius: 6px; margin: 8px 0; padding: 10px 14px }',
  '.file .box.error { border-left-color: #cf222e }',
  '.file .box.warning { border-left-color: #9a6700 }',
  '.file .box small, .file .box b, .file .box span { display: block }',
  '.file .box small { color: #59636e }',
  '.file .box span { font: 12px monospace; margin-top: 6px; white-space: pre-wrap }',
].join(' ')
