import fc from 'fast-check'
import { loadAll } from 'js-yaml'

import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import { passwordEntry } from '../../src/plan/docker-config.ts'
import { valueForms } from '../../src/plan/secret-forms.ts'
import type { TemplateGrounds, TemplatePlan } from '../../src/plan/template-plan.ts'
import { templateLines } from '../../src/report/template-lines.ts'
import { templateText } from '../../src/report/template-text.ts'
import { archiveOf, argsOf, NO_RUN, NOTHING_FOUND, RUN } from '../plan/given.ts'
import { objectOf, templateOf } from '../plan/given-template.ts'
import type { GivenInputs } from '../request/given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }
const REUSABLE: GivenInputs = { 'template-placeholders': 'true' }
const FETCHED = { kind: 'fetched', dockerfile: 'Dockerfile', source: undefined } as const

const written = (template: TemplatePlan): string => templateText(template, { file: 'template.yml', run: RUN })
const textOf = (inputs: GivenInputs, more: Partial<TemplateGrounds> = {}): string =>
  written(templateOf(inputs, more))
const commentsOf = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.startsWith('#'))
    .join('\n')
// What the code under test has written.
const objectsIn = (text: string) => loadAll(text) as unknown as readonly KubernetesObject[]

describe('the text of a template', () => {
  test('is YAML of its objects, in the order of creation, the usual fields first', () => {
    const template = templateOf(TAGS)
    expect(objectsIn(written(template))).toEqual(template.objects)
    expect(written(template)).toMatch(/\napiVersion: batch\/v1\nkind: Job\nmetadata:\n {2}name: app-ab12c\n/)
  })

  test('begins with what it is, and how to use it', () => {
    expect(commentsOf(textOf({ ...TAGS, namespace: 'builds' }))).toBe(`# Builds ghcr.io/acme/app:1 from .
# by ghcr.io/osscontainertools/kaniko:v1.28.3.
# Made by Hybrid Kubernetes Build, acme/hybrid-kubernetes-build@v1 (\`mode: template\`); it holds no secret.
#
# Build; wait for its end, good or bad; its exit code and the digest of the image, which is there with 0; log:
#   kubectl apply -f template.yml
#   kubectl wait -n builds --for=jsonpath='{.status.conditions[0].status}'=True --timeout=1560s job/app-ab12c
#   kubectl get pods -n builds -l job-name=app-ab12c -o jsonpath='{range .items[*].status.containerStatuses[?(@.name=="kaniko")].state.terminated}{.exitCode} {.message}{end}'
#   kubectl logs -n builds job/app-ab12c
# Where there is no exit code, why:
#   kubectl describe -n builds job/app-ab12c
# Kubernetes ends it after 1260 s on its node, or 1560 s in all, and removes the Job, its pod and log 600 s after its end.
# Remove all of it:
#   kubectl delete -n builds --ignore-not-found job/app-ab12c configmap/app-context-ab12c
#
# Not every cluster has user namespaces, so the pod asks for none. Where the nodes have them (Kubernetes
# 1.33 or newer with containerd 2), \`user-namespace: true\` makes its root nobody on the node: hostUsers: false.`)
  })

  test('of an own namespace is removed with that', () => {
    expect(textOf(TAGS)).toContain('#   kubectl delete namespace container-build-8821-1-backend-ab12c\n')
  })

  test('says how to create each Secret, without its value', () => {
    const text = textOf(
      {
        ...TAGS,
        namespace: 'builds',
        context: 'https://git.example/a.git',
        secrets: 'npm=S3cretValue\n.key=S3cretValue\nGIT_AUTH_TOKEN=S3cretValue',
        registries: '- {registry: ghcr.io, username: ann, password: S3cretValue}',
        'image-pull-secrets': 'mirror',
      },
      { context: FETCHED },
    )
    const comments = commentsOf(text)
    expect(comments).toContain(`needs beside it in the namespace, before it is applied:
#   - credentials for ghcr.io
#     kubectl create secret docker-registry app-registry-ab12c -n builds --docker-server=ghcr.io --docker-username="$REGISTRY_USERNAME" --docker-password="$REGISTRY_PASSWORD"
#   - secrets of the Dockerfile: secret-1 is "npm", secret-2 is ".key", secret-3 is "GIT_AUTH_TOKEN"
#     kubectl create secret generic app-secrets-ab12c -n builds --from-file=secret-1=FILE --from-file=secret-2=FILE --from-file=secret-3=FILE
#   - the token that clones the context
#     kubectl create secret generic app-git-ab12c -n builds --from-literal=GIT_PASSWORD="$GIT_TOKEN"
#   - the Secret that pulls the executor's image: mirror
`)
    expect(comments).toContain(
      'kubectl delete -n builds --ignore-not-found job/app-ab12c secret/app-registry-ab12c secret/app-secrets-ab12c secret/app-git-ab12c',
    )
    // What it says to create is what the objects name.
    for (const name of ['app-registry-ab12c', 'app-secrets-ab12c', 'app-git-ab12c']) {
      expect(JSON.stringify(objectsIn(text))).toContain(`"${name}"`)
    }
    expect(text).not.toContain('S3cretValue')
  })

  test('takes credentials of several registries from one file, and Docker Hub’s by its old name', () => {
    const entry = (registry: string) => `- {registry: ${registry}, username: ann, password: S3cretValue}\n`
    const several = textOf({
      tags: 'ghcr.io/a/b:1\nquay.io/a/b:1',
      registries: entry('ghcr.io') + entry('quay.io'),
    })
    expect(several).toContain('credentials for ghcr.io, quay.io')
    expect(several).toContain(
      '--type=kubernetes.io/dockerconfigjson --from-file=.dockerconfigjson=config.json',
    )
    expect(textOf({ tags: 'acme/app:1', registries: entry('docker.io') })).toContain(
      '--docker-server=https://index.docker.io/v1/',
    )
  })

  test.each<[string, GivenInputs, boolean]>([
    ['anybody', {}, true],
    [
      'another registry than the one that is filled in',
      { registries: '- {registry: docker.io, username: a, password: S3cretValue}' },
      true,
    ],
    ['whoever is in registry-secret', { 'registry-secret': 'push' }, false],
    ['nobody', { push: 'false' }, false],
  ])(
    'for many builds says that nobody can push where the Dockerfile’s credentials are for %s',
    (_, inputs, isSaid) => {
      const text = textOf(
        { 'template-placeholders': 'true', ...inputs },
        { context: { ...archiveOf(), source: { path: 'Dockerfile', text: 'FROM busybox\n' } } },
      )
      expect(text.includes('the pod mounts no credentials for it')).toBe(isSaid)
    },
  )

  test('for many builds keeps a cache that is named, and its registry', () => {
    const inputs = {
      'template-placeholders': 'true',
      tags: 'ghcr.io/a/b:1',
      registries: '- {registry: ghcr.io, username: a, password: S3cretValue}',
    }
    const named = textOf({ ...inputs, 'cache-repository': 'ghcr.io/a/b/cache' })
    expect(named).toContain('--cache-repo=ghcr.io/a/b/cache')
    expect(named).toContain('credentials for the registry of {{DESTINATION_IMAGE}}, ghcr.io')
    expect(textOf(inputs)).not.toContain('--cache-repo')
  })

  test('is applied by the server where kubectl’s own annotation would be too large', () => {
    const size = (bytes: number) => textOf(TAGS, { context: archiveOf(bytes) })
    expect(size(100_000)).toContain('kubectl apply -f template.yml')
    expect(size(200_000)).toContain('kubectl apply --server-side -f template.yml')
  })

  test('has no line that somebody else wrote: names stay in their comment and their value', () => {
    const hostile = 'x\r---\rkind: Secret\r# "\'\u2028kind: Secret\u0085{'
    const template = templateOf({
      ...TAGS,
      context: hostile,
      'build-args': `A=${hostile.replaceAll('\r', ' ')}`,
    })
    const text = written(template)
    expect(objectsIn(text)).toEqual(template.objects)
    expect(text).not.toMatch(/^kind: Secret/m)
    expect(commentsOf(text)).not.toMatch(/[\r\u2028\u0085]/)
  })
})

describe('every template', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme-ascii', minLength: 12, maxLength: 40 }),
    fc.constantFrom("'; kind: Secret #", '"\\\\\'$(x)`{{NAMESPACE}}', 'two  words: # {{JOB_NAME}}'),
  )
  const secret = value.map((text) => `Zq7${text.trim()}x9`)

  test('has no secret in it, in any form, nor has the log', () => {
    fc.assert(
      fc.property(
        secret,
        secret,
        secret,
        secret,
        fc.boolean(),
        (build, password, token, docker, reusable) => {
          const entry = { entry: passwordEntry('ann', docker), helper: undefined }
          const template = templateOf(
            {
              ...TAGS,
              ...(reusable ? REUSABLE : {}),
              context: 'https://github.com/acme/app.git#main',
              'github-token': token,
              secrets: `"a=${build.replaceAll('"', '""')}"`,
              registries: JSON.stringify([{ registry: 'quay.io', username: 'ann', password }]),
              'registry-mirror': 'quay.io',
            },
            {
              context: FETCHED,
              found: {
                docker: { ...NOTHING_FOUND.docker, state: 'read', entries: new Map([['ghcr.io', entry]]) },
                notices: [],
              },
            },
          )
          // The build would have sent them.
          expect(template.plan.secrets).toHaveLength(3)
          const shown = written(template) + templateLines(template, FETCHED, '/tmp/t.yml').join('\n')
          const auth = (text: string) => Buffer.from(`ann:${text}`).toString('base64')
          for (const one of [build, password, token, docker]) {
            for (const form of [...valueForms(Buffer.from(one)), auth(one)]) expect(shown).not.toContain(form)
          }
        },
      ),
    )
  })

  test('gives build-args, labels and annotations back as they were given', () => {
    const line = fc
      .string({ unit: 'binary', maxLength: 30 })
      .map((text) => text.toWellFormed().replaceAll(/[\0\r\n]/g, ' '))
    fc.assert(
      fc.property(line, line, (argument, label) => {
        const template = templateOf({ ...TAGS, 'build-args': `A=x${argument}x`, labels: `l=x${label}x` })
        const job = objectOf(objectsIn(written(template)), 'Job')
        expect(job).toEqual(objectOf(template.objects, 'Job'))
        expect(argsOf({ ...template.plan, job })).toContain(
          `--build-arg=A=x${argument}x`.replaceAll('$', '$$$$'),
        )
      }),
    )
  })
})

describe('a reusable template', () => {
  /** What `sed` makes of it. */
  const filled = (text: string, job: string, namespace: string, image: string) =>
    text
      .replaceAll('{{JOB_NAME}}', job)
      .replaceAll('{{NAMESPACE}}', namespace)
      .replaceAll('{{DESTINATION_IMAGE}}', image)
  const label = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,50}[a-z0-9])?$/)

  test('has valid names, and nothing to fill in, once it is filled in', () => {
    const secrets = {
      secrets: 'a=S3cretValue',
      registries: '- {registry: ghcr.io, username: a, password: S3cretValue}',
    }
    const text = textOf({ ...REUSABLE, ...TAGS, ...secrets }, { run: NO_RUN })
    fc.assert(
      fc.property(label, label, (job, namespace) => {
        const one = filled(text, job, namespace, 'r.example:5000/app:1')
        expect(one).not.toContain('{{')
        const objects = objectsIn(one)
        expect(objects.map(({ kind, metadata }) => [kind, metadata.name, metadata.namespace])).toEqual([
          ['Job', job, namespace],
          ['ConfigMap', `${job}-context`, namespace],
        ])
        expect(JSON.stringify(objects)).toContain(`"secretName":"${job}-registry"`)
        expect(JSON.stringify(objects)).toContain(`"secretName":"${job}-secrets"`)
        expect(JSON.stringify(objects)).toContain('"--destination=r.example:5000/app:1"')
      }),
    )
  })

  test.each(['123', 'true', 'no', '1e3', '0x1'])('is the same with a name such as %s', (name) => {
    expect(objectsIn(filled(textOf(REUSABLE), name, name, 'a/b'))[0]?.metadata).toMatchObject({
      name,
      namespace: name,
      labels: { 'hybrid-kubernetes-build.io/build': name },
    })
  })

  test('says how to fill it in, and names no registry that is not there', () => {
    const comments = commentsOf(textOf({ ...REUSABLE, 'registry-secret': 'pushers' }))
    expect(comments).toContain(
      "sed -e 's#{{JOB_NAME}}#app-1#g' -e 's#{{NAMESPACE}}#builds#g' -e 's#{{DESTINATION_IMAGE}}#ghcr.io/acme/app:1#g' template.yml | kubectl apply -f -",
    )
    expect(comments).toContain('credentials for the registry of {{DESTINATION_IMAGE}}')
    expect(comments).not.toContain('.invalid')
    // Nor of the run that made it.
    expect(comments).not.toContain('acme/hybrid-kubernetes-build')
  })

  test('that pushes nothing has no image to fill in', () => {
    expect(textOf({ ...REUSABLE, push: 'false' })).not.toContain('DESTINATION_IMAGE')
  })
})

describe('the log of a template', () => {
  const lines = (inputs: GivenInputs) => templateLines(templateOf(inputs), archiveOf(), '/tmp/x/template.yml')

  test('says what it holds, what it needs, and where it is', () => {
    expect(lines({ ...TAGS, secrets: 'npm=S3cretValue' })).toEqual([
      'Template',
      '  builder    kaniko, ghcr.io/osscontainertools/kaniko:v1.28.3',
      '  context    .   2 files (1 ignored), 9 B, sent as 3 B in a ConfigMap',
      '  holds      Namespace, ServiceAccount, Job, ConfigMap   job app-ab12c',
      '  namespace  container-build-8821-1-backend-ab12c   own, part of it',
      '  needs      secrets of the Dockerfile: secret-1 is "npm"',
      '             kubectl create secret generic app-secrets-ab12c -n container-build-8821-1-backend-ab12c --from-file=secret-1=FILE',
      '  note       No registry credentials were found, and the pod mounts none: name a Secret as `registry-secret`, or the registry in `registries`.',
      expect.stringContaining('no RUN of the Dockerfile mounts it'),
      '  file       /tmp/x/template.yml',
      '  use        kubectl apply -f /tmp/x/template.yml',
      expect.stringMatching(/^Nothing was created\./),
    ])
  })
})
