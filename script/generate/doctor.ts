import { CHECKS } from '../../src/doctor/checks.ts'
import { DOCTOR_INPUTS } from '../../src/doctor/options.ts'
import type { ActionFile } from './action-file.ts'
import { inputSection } from './documents.ts'

/** Begins the part of doctor/action.yml that is made; what stands before it is written by hand, and its end. */
const BEGIN = '  # Made from ../action.yml by `npm run generate`, up to the outputs: change that file.\n'
const END = '\noutputs:\n'

/** What differs for the doctor: it builds nothing of the user's. */
const TAGS = `  tags:
    description: |-
      Names of images that builds are to push: the doctor pushes to their repositories, under the tag \`hybrid-build-doctor\`, reads back, and removes what it pushed where the registry lets it. Without it nothing is pushed, and \`registry\` is skipped.

      Form: list of image references, separated by newlines or commas; \`#\` lines are ignored

      Default: nothing is pushed

      Example:
      tags: ghcr.io/acme/backend:any
`

/**
 * doctor/action.yml with the inputs that it shares with builds put in anew, as action.yml
 * has them. Throws where either text is not as it should be.
 */
export function doctorAction(doctor: string, action: string): string {
  const [head, rest] = doctor.split(BEGIN)
  const tail = rest?.slice(rest.indexOf(END))
  if (head === undefined || tail === undefined || !tail.startsWith(END)) {
    throw new Error('doctor/action.yml has no place for the inputs that are made')
  }
  const inputs = DOCTOR_INPUTS.map((name) => (name === 'tags' ? TAGS : inputText(name, action)))
  return `${head}${BEGIN}${inputs.join('')}${tail}`
}

/** An input's lines, as they stand in action.yml. */
function inputText(name: string, action: string): string {
  const lines = action.split('\n')
  const from = lines.indexOf(`  ${name}:`)
  if (from < 0) throw new Error(`action.yml has no input ${name}`)
  const next = lines.findIndex((line, at) => at > from && /^(?: {2})?\S/.test(line))
  const text = lines.slice(from, next).join('\n').replace(/\n+$/, '')
  // The doctor does not wait as long for a node as a build may.
  return `${name === 'schedule-timeout' ? text.replace(/default: .*$/, 'default: 2m') : text}\n`
}

const MADE =
  '<!-- Made from src/doctor/checks and doctor/action.yml by `npm run generate`: change those, or script/generate/doctor.ts, not this one. -->'

/** docs/doctor.md */
export function doctorPage({ inputs, outputs }: ActionFile): string {
  const shared: readonly string[] = DOCTOR_INPUTS
  const checks = CHECKS.map(
    ({ id, about, needs }) => `| \`${id}\` | ${about} | ${needs.map((need) => `\`${need}\``).join(', ')} |`,
  )
  return [
    HEAD,
    '| check | what it looks at | needs |',
    '|---|---|---|',
    ...checks,
    '',
    MIDDLE,
    ...inputs.filter(({ name }) => !shared.includes(name)).map((input) => `#${inputSection(input)}`),
    `Those that decide what a build may be are as they are for builds ([inputs](inputs.md)): ${DOCTOR_INPUTS.map(link).join(', ')}. \`schedule-timeout\` is two minutes if it is not given.`,
    '',
    '## Outputs',
    '',
    '| output | meaning |',
    '|---|---|',
    ...outputs.map(({ name, meaning }) => `| \`${name}\` | ${meaning} |`),
    '',
    TAIL,
  ].join('\n')
}

const link = (name: string): string => `[\`${name}\`](inputs.md#${name})`

const HEAD = `# The doctor

${MADE}

Is this cluster ready to build, and if not, what is wrong? The doctor finds out by doing: it builds
a tiny image the way that every build is made, pushes it, reads it back, streams a second one, and
removes all of it. Each thing that a build needs is a check, with its time, what was seen, and, where
something is wrong, the cause, what to do, and the code that [troubleshooting](troubleshooting.md) has.

From a shell:

\`\`\`sh
hybrid-build doctor --tags ghcr.io/acme/backend:any
\`\`\`

As a step:

\`\`\`yaml
- uses: OWNER/hybrid-kubernetes-build/doctor@v1
  with:
    kubeconfig: \${{ secrets.KUBECONFIG }}
    tags: ghcr.io/acme/backend:any
\`\`\`

[doctor.yml](../examples/workflows/doctor.yml) is that as a workflow. What it prints:

\`\`\`
Hybrid Kubernetes Build: is this cluster ready?
 ok     0.1 s  cluster    Kubernetes 1.34.4 at 10.236.0.1:6443, answers in 3 ms, as ci-runner
 ok     0.0 s  clock      the same here and in the cluster
 ok     0.0 s  rights     everything for own namespaces, network policies, small contexts, streamed ones, secrets, image files
 ok     0.2 s  namespace  container-build-7hg3x created, and a Job in it
 ok     0.0 s  admission  a build pod is let in, in a user namespace
 ok     0.0 s  node       node-1 takes cpu 500m, memory 1Gi; node-1 has 2 cpu and 23.5Gi memory for all its pods
 ok     0.9 s  executor   ghcr.io/osscontainertools/kaniko:v1.28.3 is there and runs on node-1
 ok     0.0 s  context    936 B in a ConfigMap
 ok     0.2 s  build      an image is built, sha256:cc6dc4a98cbe…
 ok     0.0 s  log        all 40 numbered lines, in order
 FAIL   0.3 s  registry   The registry ghcr.io refuses the push to acme/backend.   [push-denied]
                          …
 skip          workflows  no .github/workflows here
15 ok, 1 failed, 2 skipped in 4.1 s. A build would fail now.
\`\`\`

## Checks

Those that are independent of each other run side by side; what cannot be asked because something
before it failed is skipped, and says so. All but \`builders\`, \`commands\`,
\`workflows\` and \`migration\` are about the cluster; most of them look at one and the same real build, so that nothing is checked that a build
does not do, nor left out that it does. Its log is hidden unless \`verbose\` is set.
`

const MIDDLE = `Without a base image the doctor's image is \`FROM scratch\`: it needs no registry to read from. With
\`base-image\` it is \`FROM\` that one, with a \`RUN\` that prints a thousand lines: then also the way to
where base images come from (\`registry-mirror\`, DNS, proxies) and the running of processes are tried.

\`workflows\` knows YAML and the frame of GitHub's syntax: keys, jobs, steps, \`needs\`. Expressions and the
inputs of actions are for [actionlint](https://github.com/rhysd/actionlint): where it is on the PATH, it is asked.

## Its own inputs
`

const TAIL = `## The report

\`report\`, and \`hybrid-build doctor --output json\`, is one JSON object: \`ready\` (nothing failed), \`passed\`, \`warnings\`,
\`failed\`, \`skipped\` (how many), \`ms\`, \`version\`, and \`checks\`, a list of \`id\`, \`result\` (\`passed\`, \`warning\`,
\`failed\`, \`skipped\`), \`ms\`, \`says\`, and where there is something to say \`code\`, \`cause\`, \`cures\`, \`shell\`.
New fields and checks may come; those there are stay as they are.

\`\`\`sh
hybrid-build doctor --output json | jq -r '.checks[] | select(.result == "failed") | .id + ": " + .says'
\`\`\`

Exit status: 0 nothing failed (warnings count for nothing), 1 a check failed, 2 wrong usage or input, 4 a
defect of this program, 130 cancelled. It needs the rights of a build ([rbac](rbac.md)) and no others;
\`leftovers\`, and the quotas of a given namespace, are told where they may be read.
`
