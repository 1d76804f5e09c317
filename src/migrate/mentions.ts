/** Whether a text uses an image by a name, as it is written in a script or as an expression. */
export function mentions(text: string, name: string): boolean {
  const plain = normal(name)
  if (plain.length < 3) return false
  return forms(plain).some((form) => new RegExp(`${escaped(form)}(?![\\w-])`).test(normal(text)))
}

function normal(text: string): string {
  return text
    .replaceAll(/\$\{(\w+)\}/g, '$$$1')
    .replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, '$${{$1}}')
    .replaceAll(/["']/g, '')
}

/** A variable that is a whole name may be an expression elsewhere. */
function forms(name: string): readonly string[] {
  const [, variable] = /^\$(\w+)$/.exec(name) ?? /^\$\{\{env\.(\w+)\}\}$/.exec(name) ?? []
  return variable === undefined ? [name] : [`$${variable}`, `env.${variable}`]
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** An image's name for comparing: with its tag, and without blanks in expressions. */
export function imageKey(name: string): string {
  const plain = normal(name)
  const last =
    plain
      .replaceAll(/\$\{\{.*?\}\}/g, '{}')
      .split('/')
      .at(-1) ?? ''
  return last.includes(':') || last.endsWith('{}') ? plain : `${plain}:latest`
}
