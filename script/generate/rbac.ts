import { type Right, rightName } from '../../src/plan/right.ts'
import { type Feature, RIGHTS } from '../../src/plan/rights.ts'
import { type OnlyNamed, roleManifest, ruleLine, rulesOf } from '../../src/plan/role.ts'
import { EXAMPLE_ROLES, type ExampleRole } from './example-roles.ts'

const MADE = 'Made from src/plan/rights.ts by `npm run generate`: change that file, not this one.'

const HEAD = `# Rights

<!-- ${MADE} -->

What the action asks a cluster for, and why. Nothing else is asked for: the end-to-end tests build as a service account that has
exactly one of these roles, and compare them with the API server's audit log. A request that is refused fails them, and so does a
verb that is never used.

Before it creates anything a build asks the cluster what it may do, and tells all that is missing at once. A cluster that does not
say is not waited for.
`

const ARC = `## Actions Runner Controller

With \`containerMode: kubernetes\` the chart \`gha-runner-scale-set\` gives runners a role in their own namespace. It has no
ConfigMaps, no events, and nothing can be watched, and it is enough, tried end to end: with \`namespace: arc-runners\`, the
namespace of the runners, a build sends its context in a Secret and asks for its pod every one to three seconds. Contexts of more
than 900 KiB, compressed, need [pods/attach](#streaming) besides; \`outputs\` need nothing more. With
\`containerMode: kubernetes-novolume\` that role has no Jobs either: the build says in its first second what is missing, and what
to apply.

It lets builds run beside the runners, and whoever builds read all Secrets there, which the chart decided and not we. Better is a
namespace for builds, with [arc-runners.yaml](../examples/rbac/arc-runners.yaml).
`

const NEEDS = {
  needed: 'needed',
  useful: 'of use',
  tried: 'only tried, given by no role',
} as const satisfies Record<Right['need'], string>

/** docs/rbac.md */
export function rbacPage(): string {
  const used = EXAMPLE_ROLES.flatMap(({ features }) => features)
  // The table's keys are features.
  const all = Object.keys(RIGHTS) as Feature[]
  return [
    HEAD,
    '## Roles\n',
    'Replace the subject by the user or service account of your kubeconfig.\n',
    '| file | what it is for |',
    '|---|---|',
    ...EXAMPLE_ROLES.map(
      ({ file, about }) => `| [${file}](../examples/rbac/${file}) | ${about.replaceAll('|', '\\|')} |`,
    ),
    '',
    '## Which role has what\n',
    roleTable(all.filter((feature) => used.includes(feature))),
    ARC,
    '## What each right is for\n',
    ...all.map(featureSection),
  ].join('\n')
}

/** examples/rbac/FILE */
export function exampleText(role: ExampleRole): string {
  const about = `${role.about} Replace the subject by the user or service account of your kubeconfig.`
  const comment = wrapped(about, 96).map((line) => `# ${line}`)
  const why = role.features.map((feature) => `#   ${RIGHTS[feature].title}: ${inFew(feature, role.named)}`)
  return [...comment, '#', ...why, `# ${MADE}`, manifestOf(role), ''].join('\n')
}

const manifestOf = (role: ExampleRole): string =>
  roleManifest({ ...role, rules: rulesOf(role.features, role.named) })

/** The Role of README.md, and what else there is. */
export function readmeRole(): string {
  const [narrowest] = EXAMPLE_ROLES
  if (narrowest === undefined) throw new Error('there is no example of a role')
  const [role = ''] = manifestOf(narrowest).split('\n---\n')
  const files = EXAMPLE_ROLES.map(({ file, about }) => `- [${file}](examples/rbac/${file}): ${about}`)
  const rules = (feature: Feature): string => rulesOf([feature]).map(ruleLine).join('\n')
  return [
    `\`\`\`yaml\n${role}\n\`\`\``,
    'To stream larger contexts, and for `outputs`, it is one line more each:',
    `\`\`\`yaml\n${rules('streaming')}\n${rules('outputs')}\n\`\`\``,
    `All roles with their bindings, ready to be applied ([what each right is for](docs/rbac.md)):`,
    files.join('\n'),
  ].join('\n\n')
}

function roleTable(features: readonly Feature[]): string {
  const columns = EXAMPLE_ROLES.map(({ file }) => file.replace('.yaml', ''))
  const rows = features.map((feature) => {
    const cells = EXAMPLE_ROLES.map((role) => (role.features.includes(feature) ? '✓' : ''))
    return `| [${RIGHTS[feature].title}](#${feature}) | ${cells.join(' | ')} |`
  })
  return [`| | ${columns.join(' | ')} |`, `|---|${columns.map(() => ':-:|').join('')}`, ...rows, ''].join(
    '\n',
  )
}

function featureSection(feature: Feature): string {
  const { title, when, loses, rights } = RIGHTS[feature]
  return [
    `### <a id="${feature}"></a>${title}\n`,
    `When: ${when}. Without it: ${loses}.\n`,
    '| right | for | |',
    '|---|---|---|',
    ...rights.map((right) => `| \`${rightName(right)}\` | ${right.why} | ${needOf(right)} |`),
    '',
  ].join('\n')
}

function needOf({ need, since, without }: Right): string {
  const version = since === undefined ? '' : `, from Kubernetes 1.${since}`
  return `${NEEDS[need]}${version}${without === undefined ? '' : `: ${without}`}`
}

/** `create configmaps`, as a comment. */
const inFew = (feature: Feature, named: OnlyNamed = {}): string =>
  RIGHTS[feature].rights
    .filter(({ need, resource }) => need !== 'tried' || named[resource] !== undefined)
    .map((right) => rightName(right))
    .join(', ')

/** Lines of at most `width` characters. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length + 1 > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
