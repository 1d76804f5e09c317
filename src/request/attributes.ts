/** One line of buildx's lists: `type=oci,dest=image.tar`. */
export interface Attribute {
  /** Lower case, as buildx compares it. */
  readonly name: string
  readonly value: string
}

/**
 * The attributes of a line in buildx's CSV: a field with a comma in it stands in
 * double quotes, in which a quote is doubled. Undefined for what is no such line.
 */
export function parseAttributes(line: string): readonly Attribute[] | undefined {
  const fields = csvFields(line)
  const attributes = fields?.map((field): Attribute | undefined => {
    const equals = field.indexOf('=')
    return equals < 1
      ? undefined
      : { name: field.slice(0, equals).trim().toLowerCase(), value: field.slice(equals + 1).trim() }
  })
  if (attributes === undefined || attributes.includes(undefined)) return undefined
  return attributes.filter((attribute) => attribute !== undefined)
}

const FIELD = /\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(?:,|$)/y

function csvFields(line: string): readonly string[] | undefined {
  const fields: string[] = []
  FIELD.lastIndex = 0
  while (FIELD.lastIndex < line.length) {
    const field = FIELD.exec(line)
    if (field === null) return undefined
    fields.push(field[1]?.replaceAll('""', '"') ?? field[2] ?? '')
  }
  return fields
}
