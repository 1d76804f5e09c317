import fc from 'fast-check'

import { laterAttempt } from '../../src/plan/later-attempt.ts'
import { planBuild } from '../../src/plan/plan-build.ts'
import { secretsOf, valueForms } from '../../src/plan/secret-forms.ts'
import { planLines } from '../../src/report/log-lines.ts'
import { containing, requestOf } from '../request/given.ts'
import { archiveOf, argsOf, groundsOf, planOf } from './given.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1', cache: 'false' }
const REGISTRIES = '- {registry: ghcr.io, username: bob, password: of-registry}'
const base64 = (text: string) => Buffer.from(text).toString('base64')

const values = (given: Readonly<Record<string, string>>) =>
  new Map(Object.entries(given).map(([id, value]) => [id, Buffer.from(value)]))

const archive = (...lines: readonly string[]) => ({
  ...archiveOf(),
  source: { path: 'Dockerfile', text: ['FROM busybox', ...lines].join('\n') },
})

describe('the plan', () => {
  test('has an immutable Secret for them, which only root in the pod can read', () => {
    const plan = planOf(TAGS, { secrets: values({ npm: 'one', '.rc': 'two' }) })
    expect(plan.secrets).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'Opaque',
        immutable: true,
        metadata: { ...plan.job.metadata, name: 'app-secrets-ab12c' },
        data: { 'secret-1': base64('one'), 'secret-2': base64('two') },
      },
    ])
    const secret = {
      secretName: 'app-secrets-ab12c',
      defaultMode: 0o400,
      items: [
        { key: 'secret-1', path: 'secret-1' },
        { key: 'secret-2', path: 'secret-2' },
      ],
    }
    expect(plan.job).toMatchObject({
      spec: {
        template: {
          spec: {
            volumes: [{ name: 'context' }, { name: 'build-secrets', secret }],
            containers: [
              {
                volumeMounts: [
                  {},
                  { name: 'build-secrets', mountPath: '/kaniko/build-secrets', readOnly: true },
                ],
              },
            ],
          },
        },
      },
    })
    expect(argsOf(plan).filter((one) => one.startsWith('--secret'))).toEqual([
      '--secret=id=npm,type=file,src=/kaniko/build-secrets/secret-1',
      '--secret=id=.rc,type=file,src=/kaniko/build-secrets/secret-2',
    ])
  })

  test('has none of it without secrets', () => {
    const plan = planOf(TAGS)
    expect(plan.secrets).toEqual([])
    expect(JSON.stringify(plan)).not.toContain('build-secrets')
  })

  test('has them beside registry credentials, and all under other names in a later attempt', () => {
    const plan = planOf(
      { ...TAGS, registries: REGISTRIES, 'isolate-credentials': 'false' },
      { secrets: values({ npm: 'one' }) },
    )
    const names = ['app-registry-ab12c', 'app-secrets-ab12c']
    expect(plan.secrets.map(({ metadata }) => metadata.name)).toEqual(names)
    const later = laterAttempt(plan, 2)
    expect(later.secrets.map(({ metadata }) => metadata.name)).toEqual([
      'app-registry-2-ab12c',
      'app-secrets-2-ab12c',
    ])
    expect(JSON.stringify(later.job)).toContain('"secretName":"app-secrets-2-ab12c"')
    for (const name of names) expect(JSON.stringify(later)).not.toContain(name)
  })

  test('has a value in the Secret’s data, and nowhere else', () => {
    const value = fc.stringMatching(/^[A-Za-z0-9"'\\$(){}:#@!*&|\n =,-]{12,40}$/).map((text) => `Zq${text}qZ`)
    const dockerfile = archive('RUN --mount=type=secret,id=npm cat', 'RUN --mount=type=secret,id=other cat')
    fc.assert(
      fc.property(value, (secret) => {
        const inputs = { ...TAGS, secrets: `"npm=${secret.replaceAll('"', '""')}"` }
        const plan = planOf(inputs, {
          context: dockerfile,
          secrets: values({ npm: secret, unused: `${secret}2` }),
        })
        const rest = { ...plan, secrets: plan.secrets.map((one) => ({ ...one, data: undefined })) }
        const facts = {
          serverTime: new Date(0),
          kubernetesVersion: undefined,
          server: 'x',
          userNamespaces: true,
          architectures: undefined,
          nodes: undefined,
        }
        const lines = planLines(requestOf(inputs), plan, dockerfile, facts)
        for (const text of [JSON.stringify(rest), ...argsOf(plan), ...lines]) {
          for (const form of [secret, JSON.stringify(secret).slice(1, -1), base64(secret)]) {
            expect(text).not.toContain(form)
          }
        }
      }),
    )
  })
})

describe('what the Dockerfile mounts', () => {
  const given = values({ npm: 'one' })
  const notes = (...lines: readonly string[]) =>
    planOf(TAGS, { context: archive(...lines), secrets: given }).notes

  test('and is given needs no words', () => {
    expect(notes('RUN --mount=type=secret,id=npm,required=true cat')).toEqual([])
  })

  test('and is not given is told with its line, as is what is given for nothing', () => {
    expect(notes('', 'RUN --mount=type=secret,id=pip \\', '  cat')).toEqual([
      'RUN at Dockerfile:3 wants the secret "pip", which is not given: it runs without.',
      'The secret "npm" is given, and no RUN of the Dockerfile mounts it.',
    ])
  })

  test('by an id that only the build knows may be any', () => {
    expect(notes('RUN --mount=type=secret,id=$ID cat')).toEqual([])
  })

  const REQUIRED = 'RUN --mount=type=secret,id=pip,required=true cat'

  test('and requires and is not given is a failure that names all of them', () => {
    const lines = [REQUIRED, REQUIRED.replace('pip', 'gem'), 'RUN --mount=type=secret,id=else cat']
    expect(planBuild(groundsOf(TAGS, { context: archive(...lines), secrets: given }))).toMatchObject({
      kind: 'failure',
      failure: {
        code: 'input',
        headline: 'The Dockerfile requires secrets that are not given: "pip", "gem".',
        place: { path: 'Dockerfile', firstLine: 2 },
        details: [
          'RUN at Dockerfile:2 mounts "pip" with required=true',
          'RUN at Dockerfile:3 mounts "gem" with required=true',
        ],
      },
    })
  })

  test('and requires in a stage that is not built is a note', () => {
    const lines = [REQUIRED, 'FROM busybox']
    expect(notes(...lines)).toContainEqual(containing('RUN at Dockerfile:2 wants the secret "pip"'))
    const targeted = groundsOf({ ...TAGS, target: '0' }, { context: archive(...lines) })
    expect(planBuild(targeted)).toMatchObject({
      failure: { headline: 'The Dockerfile requires the secret "pip", which is not given.' },
    })
  })
})

describe('what is masked of a secret', () => {
  test('is each of its lines, and all of it encoded, with and without the line’s end of a file', () => {
    const text = 'first "line"\n\nshort\nsecond line\n'
    expect(valueForms(Buffer.from(text))).toEqual([
      'first "line"',
      'second line',
      base64(text),
      'first \\"line\\"\\n\\nshort\\nsecond line\\n',
      encodeURIComponent(text),
      base64(text.trimEnd()),
      'first \\"line\\"\\n\\nshort\\nsecond line',
      encodeURIComponent(text.trimEnd()),
    ])
  })

  test('of bytes that are no text is what they are encoded to', () => {
    expect(valueForms(Buffer.from([255, 254, 0, 1, 128, 129]))).toContain('//4AAYCB')
  })

  test('of a large one is its lines, and no encoding', () => {
    const text = `${'x'.repeat(9)}\n`.repeat(7000)
    expect(valueForms(Buffer.from(text))).toEqual(['x'.repeat(9)])
  })

  test('comes from all Secrets that the plan sends', () => {
    const plan = planOf({ ...TAGS, registries: REGISTRIES }, { secrets: values({ npm: 'of-the-build' }) })
    expect(secretsOf(plan)).toEqual(expect.arrayContaining(['of-registry', 'of-the-build']))
    expect(secretsOf(laterAttempt(plan, 2))).toEqual(secretsOf(plan))
  })
})
