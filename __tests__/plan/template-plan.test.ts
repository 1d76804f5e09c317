import { planTemplate, type TemplateGrounds } from '../../src/plan/template-plan.ts'
import type { GivenInputs } from '../request/given.ts'
import { argsOf, NO_RUN, planOf, streamedArchive } from './given.ts'
import { objectOf, templateGrounds, templateOf } from './given-template.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }
const REUSABLE: GivenInputs = { 'template-placeholders': 'true' }
const FETCHED = { kind: 'fetched', dockerfile: 'Dockerfile', source: undefined } as const

const argumentsOf = (inputs: GivenInputs, more: Partial<TemplateGrounds> = {}) => {
  const template = templateOf(inputs, more)
  return argsOf({ ...template.plan, job: objectOf(template.objects, 'Job') })
}

describe('a template', () => {
  test('is what a build without a user namespace creates, without its owner and its expiry', () => {
    const build = planOf(
      { ...TAGS, 'user-namespace': 'false' },
      { serverTime: new Date('2026-11-23T12:00:00Z') },
    )
    const created = [...build.surroundings, build.job, build.contextMap]
    const without = JSON.stringify(created).replaceAll(
      /"hybrid-kubernetes-build\.io\/(?:owner-token|expires-at)":"[^"]*",?/g,
      '',
    )
    const { objects } = templateOf(TAGS)
    expect(objects.map(({ kind }) => kind)).toEqual(['Namespace', 'ServiceAccount', 'Job', 'ConfigMap'])
    expect(JSON.stringify(objects)).toBe(without)
    expect(JSON.stringify(created)).toMatch(/owner-token.*expires-at/)
  })

  test('has no annotations of its own at all where nothing is known of a run', () => {
    const { objects } = templateOf(TAGS, { run: NO_RUN })
    expect(objects.map(({ metadata }) => metadata.annotations)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  test.each<[string, 'yes' | 'no']>([
    ['auto', 'no'],
    ['false', 'no'],
    ['true', 'yes'],
  ])('with user-namespace: %s asks for one: %s', (choice, expected) => {
    const template = templateOf({ ...TAGS, 'user-namespace': choice })
    expect(template.plan.userNamespace).toBe(expected)
    expect(JSON.stringify(template.objects).includes('"hostUsers":false')).toBe(expected === 'yes')
    expect(template.couldHaveUserNamespace).toBe(choice === 'auto')
  })

  test('of a context that Kaniko fetches has no ConfigMap', () => {
    const { objects } = templateOf(
      { ...TAGS, namespace: 'builds', context: 'https://git.example/a.git#main' },
      { context: FETCHED },
    )
    expect(objects.map(({ kind }) => kind)).toEqual(['Job'])
  })

  test.each<[string, GivenInputs, Partial<TemplateGrounds>, string, string]>([
    ['a context that is too large', {}, { context: streamedArchive() }, 'context-too-large', 'context: git'],
    [
      'a context that is to be streamed',
      { 'context-delivery': 'stream' },
      { context: streamedArchive() },
      'input',
      'leave `context-delivery` out',
    ],
    ['files that nobody would fetch', { outputs: 'type=oci,dest=x' }, {}, 'input', 'leave `outputs` out'],
    [
      'an address with a short key',
      { context: 'https://h.example/x.tgz?t=abcd' },
      { context: FETCHED },
      'input',
      '`service-account`',
    ],
    [
      'an address that is a key',
      { context: 'https://blob.example/c.tgz?sig=S3cretSignature' },
      { context: FETCHED },
      'input',
      '`service-account`',
    ],
    [
      'a Dockerfile that requires a secret which is not given',
      {},
      {
        context: {
          ...templateGrounds(TAGS).context,
          source: { path: 'Dockerfile', text: 'FROM a\nRUN --mount=type=secret,id=npm,required=true x\n' },
        },
      },
      'input',
      '`secrets`',
    ],
  ])('is refused for %s', (_what, inputs, more, code, cure) => {
    const refused = planTemplate(templateGrounds({ ...TAGS, ...inputs }, more))
    if (refused.kind !== 'failure') throw new Error('a failure was expected')
    expect(refused.failure.code).toBe(code)
    expect(refused.failure.cures.join('\n')).toContain(cure)
    expect(JSON.stringify(refused.failure)).not.toContain('S3cret')
  })

  test('tells the largest files of a context that is too large', () => {
    const context = { ...streamedArchive(), largest: [{ path: 'data/', bytes: 20_000_000 }] }
    const refused = planTemplate(templateGrounds(TAGS, { context }))
    if (refused.kind !== 'failure') throw new Error('a failure was expected')
    expect(refused.failure.details).toContain('20.0 MB  "data/"')
  })

  test('mounts the Secrets of a build, whose values it never had', () => {
    const { plan, objects } = templateOf({
      ...TAGS,
      secrets: 'npm=S3cretValue\nkey=other',
      registries: '- {registry: ghcr.io, username: ann, password: S3cretValue}',
    })
    expect(plan.secretKeys).toEqual(
      new Map([
        ['npm', 'secret-1'],
        ['key', 'secret-2'],
      ]),
    )
    expect(JSON.stringify(objects)).toContain('"secretName":"app-registry-ab12c"')
    expect(JSON.stringify(objects)).toContain('"secretName":"app-secrets-ab12c"')
    expect(objects.map(({ kind }) => kind)).not.toContain('Secret')
  })

  test('with registry-secret mounts that, whatever else is known', () => {
    const { plan, objects } = templateOf({
      ...TAGS,
      namespace: 'builds',
      'registry-secret': 'pushers',
      registries: '- {registry: ghcr.io, username: ann, password: S3cretValue}',
    })
    expect(JSON.stringify(objects)).toContain('"secretName":"pushers"')
    expect(plan.secrets).toEqual([])
  })
})

describe('a reusable template', () => {
  test('needs no inputs but its mode, and is for a namespace that is there', () => {
    const { objects, plan } = templateOf(REUSABLE)
    expect(objects.map(({ kind, metadata: { name, namespace } }) => [kind, name, namespace])).toEqual([
      ['Job', '{{JOB_NAME}}', '{{NAMESPACE}}'],
      ['ConfigMap', '{{JOB_NAME}}-context', '{{NAMESPACE}}'],
    ])
    expect(plan.namespace).toBe('{{NAMESPACE}}')
  })

  test('has one destination, and the cache where Kaniko looks for it', () => {
    const args = argumentsOf(REUSABLE)
    expect(args.filter((arg) => arg.startsWith('--destination='))).toEqual([
      '--destination={{DESTINATION_IMAGE}}',
    ])
    expect(args).toContain('--cache=true')
    expect(args.join('\n')).not.toMatch(/--cache-repo|registry\.invalid/)
  })

  test('has a cache repository that was named, and one destination in place of all tags', () => {
    const args = argumentsOf({
      ...REUSABLE,
      tags: 'a.example/app:1\na.example/app:2',
      'cache-repository': 'a.example/c',
    })
    expect(args).toContain('--cache-repo=a.example/c')
    expect(args.filter((arg) => arg.startsWith('--destination='))).toEqual([
      '--destination={{DESTINATION_IMAGE}}',
    ])
  })

  test('that pushes nothing has no destination', () => {
    const args = argumentsOf({ ...REUSABLE, push: 'false' })
    expect(args).toContain('--no-push')
    expect(args.join('\n')).not.toMatch(/destination|registry\.invalid/)
  })

  test('is the same for the same inputs, whoever, whenever and wherever', () => {
    const inputs = { ...REUSABLE, 'build-args': 'A=1' }
    const other = { identity: { random: 'zzzzz', ownerToken: 'x' }, run: NO_RUN, serverTime: new Date(0) }
    expect(templateOf(inputs, other).objects).toEqual(templateOf(inputs).objects)
  })

  test('may name what is in its namespace', () => {
    const { objects } = templateOf(
      { ...REUSABLE, context: 'pvc://sources/app', 'service-account': 'builder' },
      { context: FETCHED },
    )
    expect(JSON.stringify(objects)).toContain('"claimName":"sources"')
    expect(JSON.stringify(objects)).toContain('"serviceAccountName":"builder"')
  })
})
