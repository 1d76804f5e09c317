import { load } from 'js-yaml'

/** One input or output of action.yml, its description taken apart. */
export interface Entry {
  readonly name: string
  /** First paragraph: what the tables show. */
  readonly meaning: string
  /** Further paragraphs. */
  readonly more: readonly string[]
  readonly form: string | undefined
  /** Words for the default where it is not a fixed text; otherwise the text in `fixedDefault`. */
  readonly describedDefault: string | undefined
  readonly fixedDefault: string | undefined
  /** YAML lines of a `with:` block. */
  readonly example: string | undefined
}

export interface ActionFile {
  readonly inputs: readonly Entry[]
  readonly outputs: readonly Entry[]
}

/** Reads action.yml; throws with the entry's name where one is not written as the others are. */
export function readActionFile(text: string): ActionFile {
  const root = mapping(load(text), 'action.yml')
  const inputs = entries(root['inputs'], 'inputs')
  for (const input of inputs) {
    if (input.form === undefined && !isForeign(input))
      throw new Error(`action.yml: input ${input.name} has no «Form:»`)
    if (input.fixedDefault !== undefined && input.describedDefault !== undefined) {
      throw new Error(`action.yml: input ${input.name} has a default and a «Default:»`)
    }
  }
  return { inputs, outputs: entries(root['outputs'], 'outputs') }
}

/** Whether an input is another action's, declared to tell in words what to do instead. */
export function isForeign({ meaning }: Entry): boolean {
  return /^(?:Not supported|Without effect): /.test(meaning)
}

function entries(value: unknown, where: string): readonly Entry[] {
  return Object.entries(mapping(value, where)).map(([name, fields]) => {
    const entry = mapping(fields, `${where}.${name}`)
    if (typeof entry['description'] !== 'string') throw new Error(`action.yml: ${name} has no description`)
    if (entry['default'] !== undefined && typeof entry['default'] !== 'string') {
      throw new Error(`action.yml: the default of ${name} must be a string (put it into quotes)`)
    }
    const { default: given } = entry
    // What an expression comes to, its words must say; outside GitHub it is nothing.
    const fixedDefault = given?.includes('${{') === true ? undefined : given
    return { name, fixedDefault, ...takeApart(entry['description']) }
  })
}

function takeApart(description: string): Omit<Entry, 'name' | 'fixedDefault'> {
  // action.yml must not hold `${{`, see there.
  const paragraphs = description
    .trim()
    .replaceAll('{{', '${{')
    .split(/\n\s*\n/)
  const labelled = (label: string) =>
    paragraphs.find((paragraph) => paragraph.startsWith(label))?.slice(label.length)
  const plain = paragraphs.filter((paragraph) => !/^(Form|Default|Example):/.test(paragraph))
  return {
    meaning: plain[0] ?? '',
    more: plain.slice(1),
    form: labelled('Form: '),
    describedDefault: labelled('Default: '),
    example: labelled('Example:\n'),
  }
}

function mapping(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`action.yml: ${where} is not a mapping`)
  }
  // An object that is neither null nor a list is what YAML mappings become.
  return value as Readonly<Record<string, unknown>>
}
