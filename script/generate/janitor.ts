import type { ActionFile } from './action-file.ts'
import { inputSection } from './documents.ts'

const MADE =
  '<!-- Made from janitor/action.yml by `npm run generate`: change that file, or script/generate/janitor.ts, not this one. -->'

const HEAD = `# The janitor

${MADE}

Builds remove what they create, whatever becomes of them; and what a dead runner leaves behind has
an end of its own: a Job in a given namespace has a deadline and a time to live, which the
cluster enforces, and a namespace that a build made for itself has an expiry, which later builds
enforce. The janitor enforces it where later builds are seldom, or may not list namespaces, and
says on a page of its own what there was. Run it once a day:

\`\`\`yaml
on:
  schedule:
    - cron: 17 3 * * *
permissions: {}
jobs:
  janitor:
    runs-on: ubuntu-latest
    steps:
      - uses: OWNER/hybrid-kubernetes-build/janitor@v1
        with:
          kubeconfig: \${{ secrets.KUBECONFIG }}
\`\`\`

[scheduled-janitor.yml](../examples/workflows/scheduled-janitor.yml) is that as a file. It removes what
has the label \`app.kubernetes.io/managed-by=hybrid-kubernetes-build\` and an expiry
(\`hybrid-kubernetes-build.io/expires-at\`) that is over by the cluster's clock, and nothing else:
by uid and version, so that an object that was changed meanwhile, or made anew, stays. Nothing has
expired that may still run. Secrets, ConfigMaps and pods belong to a build's Job, and go with it.

The step fails if it may not look, or may not remove what has expired; what it could do is done all
the same. Its rights, ready to be applied: [janitor.yaml](../examples/rbac/janitor.yaml), or
[janitor-given-namespace.yaml](../examples/rbac/janitor-given-namespace.yaml) for \`namespaces\`.
From a shell it is \`hybrid-build clean\` ([command line](command-line.md#cleaning)).

## Inputs
`

/** docs/janitor.md */
export function janitorPage({ inputs, outputs }: ActionFile): string {
  const rows = outputs.map(({ name, meaning }) => `| \`${name}\` | ${meaning} |`)
  return [
    HEAD,
    ...inputs.map((input) => `#${inputSection(input)}`),
    '## Outputs\n',
    '| output | meaning |',
    '|---|---|',
    ...rows,
    '',
  ].join('\n')
}
