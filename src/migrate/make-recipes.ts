/** The lines that make gives to a shell, from a one-based line of the Makefile on. */
export interface Recipe {
  readonly line: number
  readonly script: string
}

interface Rule {
  readonly targets: readonly string[]
  readonly needs: readonly string[]
  readonly recipe: Recipe
}

/**
 * The recipes that `make TARGETS` runs, those of what the targets need as well;
 * all there are where a target is not in the file by its name.
 */
export function makeRecipes(source: string, targets: readonly string[]): readonly Recipe[] {
  const rules = readRules(source)
  const first = rules.find(({ targets: [name] }) => name !== undefined && !name.startsWith('.'))
  const asked = targets.length > 0 ? targets : (first?.targets ?? [])
  const known = new Set(rules.flatMap((rule) => rule.targets))
  if (!asked.every((target) => known.has(target))) return rules.map(({ recipe }) => recipe)
  const reached = new Set<string>()
  const reach = (target: string): void => {
    if (reached.has(target)) return
    reached.add(target)
    for (const rule of rules) if (rule.targets.includes(target)) rule.needs.forEach(reach)
  }
  asked.forEach(reach)
  return rules
    .filter((rule) => rule.targets.some((target) => reached.has(target)))
    .map(({ recipe }) => recipe)
}

const RULE = /^([^\t#=:][^#=:]*)::?(?!=)([^#=]*)/

function readRules(source: string): readonly Rule[] {
  const rules: Rule[] = []
  let current:
    { targets: readonly string[]; needs: readonly string[]; line: number; script: string[] } | undefined
  const close = (): void => {
    if (current === undefined) return
    const { targets, needs, line, script } = current
    rules.push({ targets, needs, recipe: { line, script: script.join('\n') } })
  }
  source.split('\n').forEach((text, index) => {
    if (text.startsWith('\t')) current?.script.push(shellLine(text))
    else if (/\\$/.test(current?.script.at(-1) ?? '')) current?.script.push(shellLine(text))
    else {
      const rule = RULE.exec(text)
      if (rule === null) current?.script.push('')
      else {
        close()
        const words = (part = ''): readonly string[] => part.split(/\s+/).filter((word) => word !== '')
        current = { targets: words(rule[1]), needs: words(rule[2]), line: index + 2, script: [] }
      }
    }
  })
  close()
  return rules
}

/** Without make's own signs before a command; its variables as the shell's. */
function shellLine(text: string): string {
  return text
    .replace(/^\s*[@+-]+\s*/, '')
    .replaceAll(/\$\((\w+)\)/g, '${$1}')
    .replaceAll('$$', '$')
}
