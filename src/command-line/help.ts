import { CHECK_IDS } from '../doctor/check.ts'
import { DOCTOR_INPUTS } from '../doctor/options.ts'
import type { InputName } from '../request/inputs.generated.ts'
import { INPUT_NAMES } from '../request/inputs.generated.ts'
import { helpOf, isBoolean } from './input-help.ts'
import { REGISTRY_HELP } from './registry-help.ts'
import { MIGRATE_HELP } from './parse-migrate.ts'

const WIDTH = 80
const INDENT = 6

/** What most builds need; the rest is in `hybrid-build build --help`. */
const COMMON: readonly InputName[] = [
  'tags',
  'context',
  'file',
  'build-args',
  'target',
  'push',
  'namespace',
  'kubeconfig',
  'timeout',
]

const OVERVIEW = `hybrid-build: builds container images inside a Kubernetes cluster

Usage:
  hybrid-build build [FLAGS]
  hybrid-build METHOD DOCKERFILE IMAGE CONTEXT [FLAGS]
                                the same, short: hybrid-build kaniko Dockerfile
                                ghcr.io/acme/app:1.0 .
  hybrid-build template [FLAGS] prints the YAML of what a build would create
  hybrid-build clean [FLAGS]    removes what builds left behind and has expired
  hybrid-build registry install|status|prune|uninstall
                                a registry in the cluster, for images of its own
  hybrid-build doctor [FLAGS]   looks whether builds can work, and what is wrong
  hybrid-build migrate [PATH]   rewrites workflows that use nerdctl or docker
  hybrid-build help [COMMAND]
  hybrid-build --version
`

const END = `A flag that is given again adds a line: --build-args A=1 --build-args B=2.
--image is --tags, --dockerfile is --file. Environment: KUBE_NAMESPACE,
BUILD_TIMEOUT, KANIKO_IMAGE, KUBECONFIG, NO_COLOR.

Exit status: 0 built, 1 build failed, 2 wrong usage or input, 3 cluster, tool or
right missing, 4 defect of this program, 130 cancelled.
`

const OUTPUT = `  -o, --output text|json
      json: what came of it as one object on standard output, the log on
      standard error. Default: text
`

/** The help, or that of one command; undefined for a command that there is not. */
export function helpText(topic: string | undefined, methods: readonly string[]): string | undefined {
  if (topic === undefined) {
    return [
      OVERVIEW,
      'Common flags (all of them: hybrid-build build --help):',
      '',
      ...COMMON.map(flagHelp),
      END,
    ].join('\n')
  }
  if (topic === 'build' || methods.includes(topic)) {
    const known = INPUT_NAMES.filter((name) => helpOf(name) !== undefined)
    return [
      'Usage: hybrid-build build [FLAGS]',
      `       hybrid-build ${methods.join('|')}\n                    DOCKERFILE IMAGE CONTEXT [FLAGS]`,
      '',
      'The flags are the inputs of the GitHub Action; docs/inputs.md has them with all',
      'their forms, and an example each.',
      '',
      OUTPUT,
      ...known.map(flagHelp),
      END,
    ].join('\n')
  }
  if (topic === 'clean') return CLEAN
  if (topic === 'help') return OVERVIEW
  if (topic === 'doctor') return [DOCTOR, ...DOCTOR_INPUTS.map(flagHelp)].join('\n')
  if (topic === 'template') return TEMPLATE
  if (topic === 'registry') return REGISTRY_HELP
  if (topic === 'migrate') return MIGRATE_HELP
  return undefined
}

const DOCTOR = `Usage: hybrid-build doctor [FLAGS]

Looks whether builds can work with this cluster, and what is wrong: it signs in,
asks for rights, builds a tiny image and streams a second one, reads the log,
pushes (with --tags), and removes all of it. It looks at this program and at the
workflows here as well. docs/doctor.md says what each check does.

  --only CHECKS, --skip CHECKS
      Which checks, separated by commas: ${CHECK_IDS.join(', ')}.

  --verbose
      Shows the log of what the doctor builds. Or HYBRID_BUILD_VERBOSE=true.

  --base-image IMAGE
      An image with a shell: then the doctor's image is made FROM it, with a RUN
      that prints a thousand lines. Default: FROM scratch, which needs none.

${OUTPUT}
Exit status: 0 nothing failed, 1 a check failed, 2 wrong usage or input, 4 defect
of this program, 130 cancelled.

Flags that decide what a build may be, as \`build\` has them. With --tags the
doctor pushes to those repositories, under the tag hybrid-build-doctor.
`

const TEMPLATE = `Usage: hybrid-build template [--placeholders] [FLAGS OF build]

Prints the YAML of everything that a build with these flags would create, without
the values of secrets, and creates nothing; the cluster is not asked. What the
YAML needs beside it is said in its comments, and on standard error:

  hybrid-build template --tags ghcr.io/acme/app:1 > job.yml
  kubectl apply -f job.yml

--placeholders makes it one for many builds: {{JOB_NAME}}, {{NAMESPACE}} and
{{DESTINATION_IMAGE}} stand where those belong.
`

const CLEAN = `Usage: hybrid-build clean [--kubeconfig K] [--kube-context C] [--namespace N]...
                          [--dry-run]

Removes what builds have left behind and has expired by the cluster's clock:
their namespaces, or with --namespace the builds in that one (given again, in
several). Nothing else, and nothing of a build that may still run. Says what it
removed, and what of ours it left alone and why. With --dry-run the cluster says
whether it would remove it, and nothing is removed.
`

/** `  --target NAME`, then what it means, indented. */
function flagHelp(name: InputName): string {
  const help = helpOf(name)
  if (help === undefined) return ''
  const { meaning, form, fallback } = help
  const short = SHORT[name] === undefined ? '' : `-${SHORT[name]}, `
  const value = isBoolean(name) ? '[=true|false]' : '=VALUE'
  const text = `${plain(meaning)} Form: ${plain(form)}. Default: ${plain(fallback)}.`
  return [`  ${short}--${name}${value}`, ...wrapped(text), ''].join('\n')
}

const SHORT: Partial<Record<InputName, string>> = { tags: 't', file: 'f', namespace: 'n' }

/** Without what is Markdown's. */
const plain = (text: string): string =>
  text
    .replaceAll('`', '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('**', '')

function wrapped(text: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && INDENT + line.length + 1 + word.length > WIDTH) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((each) => ' '.repeat(INDENT) + each)
}
