import { type ActionFile, type Entry, isForeign } from './action-file.ts'

const MADE = '<!-- Made from action.yml by `npm run generate`: change that file, not this one. -->'

/** Source of `src/request/inputs.generated.ts`, not yet formatted. */
export function inputNames(action: ActionFile): string {
  const names = action.inputs.map((input) => JSON.stringify(input.name))
  const outputs = action.outputs.map((output) => JSON.stringify(output.name))
  const defaults = action.inputs.flatMap((input) =>
    input.fixedDefault === undefined
      ? []
      : [`${JSON.stringify(input.name)}: ${JSON.stringify(input.fixedDefault)}`],
  )
  return `// Made from action.yml by \`npm run generate\`: change that file, not this one.

/** Names of all inputs, in the order of action.yml. */
export const INPUT_NAMES = [${names.join(', ')}] as const

export type InputName = (typeof INPUT_NAMES)[number]

/** The defaults that action.yml gives: what an input is that is not given at all. */
export const INPUT_DEFAULTS = {${defaults.join(', ')}} as const satisfies Partial<Record<InputName, string>>

/** Names of all outputs, in the order of action.yml. */
export const OUTPUT_NAMES = [${outputs.join(', ')}] as const

export type OutputName = (typeof OUTPUT_NAMES)[number]
`
}

/** Source of `src/command-line/input-help.generated.ts`, not yet formatted. */
export function inputHelp(action: ActionFile): string {
  const entries = ownInputs(action).map((input) => {
    const { name, meaning, form = '' } = input
    return `${JSON.stringify(name)}: ${JSON.stringify({ meaning, form, fallback: defaultOf(input) })}`
  })
  return `// Made from action.yml by \`npm run generate\`: change that file, not this one.
import type { InputName } from '../request/inputs.generated.ts'

/** What the help says of an input. */
export interface InputHelp {
  readonly meaning: string
  readonly form: string
  /** Its default, in words. */
  readonly fallback: string
}

export const INPUT_HELP: Partial<Record<InputName, InputHelp>> = {${entries.join(', ')}}
`
}

/** The table of inputs for README.md. */
export function inputTable(action: ActionFile): string {
  const rows = ownInputs(action).map(
    (input) =>
      `| [\`${input.name}\`](docs/inputs.md#${input.name}) | ${cell(defaultOf(input))} | ${cell(input.meaning)} |`,
  )
  const table = ['| input | default | meaning |', '|---|---|---|', ...rows].join('\n')
  if (!action.inputs.some(isForeign)) return table
  return `${table}\n\nThe other inputs of docker/build-push-action are [told in words](docs/inputs.md#other-inputs-of-dockerbuild-push-action).`
}

/** The table of outputs for README.md. */
export function outputTable(action: ActionFile): string {
  const rows = action.outputs.map((output) => `| \`${output.name}\` | ${cell(output.meaning)} |`)
  return ['| output | meaning |', '|---|---|', ...rows].join('\n')
}

/** docs/inputs.md */
export function inputsPage(action: ActionFile): string {
  const head = `# Inputs

${MADE}

An input that is empty is an input that is not given; only \`kubeconfig\` given but empty is an error. All problems of all inputs are reported together.

Three inputs can also come from the environment: \`KUBE_NAMESPACE\` is \`namespace\`, \`BUILD_TIMEOUT\` is \`timeout\`, \`KANIKO_IMAGE\` is \`executor\` (\`BUILDKIT_IMAGE\` where BuildKit builds). The input comes first, then the variable, then the default; that is why these three have no default in action.yml, where it would hide the variable.

Forms that several inputs share:

- **list**: one entry a line; where it says so, commas separate as well. Blank lines and lines that begin with \`#\` are ignored.
- **map**: one \`KEY=value\` a line; the first \`=\` ends the key, the rest is the value as it is. Of lines with the same key the last counts. Blank lines and lines that begin with \`#\` are ignored.
- **boolean**: \`true\`, \`True\`, \`TRUE\`, \`false\`, \`False\` or \`FALSE\`.
- **duration**: seconds (\`600\`), or \`90s\`, \`15m\`, \`2h\`, \`1h30m\`.
- **quantity**: as in Kubernetes: \`500m\` or \`2\` of cpu, \`512Mi\` or \`2Gi\` of memory.
`
  return [head, ...ownInputs(action).map(inputSection), ...foreignSection(action)].join('\n')
}

/** docs/outputs.md */
export function outputsPage(action: ActionFile): string {
  const head = `# Outputs

${MADE}

Everything that is known is set after a failed build, too. An output that cannot be known is empty.
`
  const sections = action.outputs.map(
    (output) => `## ${output.name}\n\n${[output.meaning, ...output.more].join('\n\n')}\n`,
  )
  return [head, ...sections].join('\n')
}

const ownInputs = ({ inputs }: ActionFile): readonly Entry[] => inputs.filter((input) => !isForeign(input))

/** Inputs that are only declared so that a workflow from elsewhere is told what to do. */
function foreignSection({ inputs }: ActionFile): readonly string[] {
  const rows = inputs.filter(isForeign).map(({ name, meaning }) => `| \`${name}\` | ${cell(meaning)} |`)
  if (rows.length === 0) return []
  const head = ['## Other inputs of docker/build-push-action', '', '| input | what to do |', '|---|---|']
  return [...head, ...rows, '']
}

/** One input, with a heading of the second level. */
export function inputSection(input: Entry): string {
  const example = input.example === undefined ? [] : ['```yaml', 'with:', indent(input.example), '```', '']
  return [
    `## ${input.name}`,
    '',
    input.meaning,
    '',
    ...input.more.flatMap((paragraph) => [paragraph, '']),
    `- Form: ${input.form ?? ''}`,
    `- Default: ${defaultOf(input)}`,
    '',
    ...example,
  ].join('\n')
}

function defaultOf(entry: Entry): string {
  if (entry.describedDefault !== undefined) return entry.describedDefault
  return entry.fixedDefault === undefined ? 'none' : `\`${entry.fixedDefault}\``
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const indent = (text: string) =>
  text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
