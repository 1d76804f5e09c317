import { readFileSync } from 'node:fs'

import fc from 'fast-check'

import type { BuildPlan } from '../../src/plan/build-plan.ts'
import { planBuild } from '../../src/plan/plan-build.ts'
import { type BuildRequest, isOfCluster } from '../../src/request/build-request.ts'
import type { InputName } from '../../src/request/inputs.generated.ts'
import { inputFailure, readClusterRequest, readRequest } from '../../src/request/read-request.ts'
import { readActionFile } from '../../script/generate/action-file.ts'
import { planLocal } from '../../src/local/plan-local.ts'
import { localGrounds, TOOLS } from '../local/given.ts'
import type { GivenInputs } from '../request/given.ts'
import { argsOf, groundsOf } from './given.ts'
import { HOSTILE_RULES, type HostileRule } from './hostile-rules.ts'

const TAGS = { tags: 'ghcr.io/acme/app:1' }

/** Texts that mean something somewhere on the way: to the runner, YAML, JavaScript, the kubelet, Kaniko, a log. */
const TEXTS = [
  '--evil',
  '--evil=1',
  'a\n--evil=1',
  'a\r\n--destination=evil.example/a',
  'a\r--evil',
  '-evil',
  '$(EVIL)',
  '$$(EVIL)',
  '${EVIL}',
  '`evil`',
  '; evil',
  '__proto__',
  'constructor',
  'toString',
  '{__proto__: {evil: 1}}',
  '__proto__: {evil: 1}',
  '{"__proto__": {"evil": 1}}',
  'constructor: {prototype: {evil: 1}}',
  '<<: {evil: 1}',
  '&evil [*evil]',
  '&evil a',
  '*evil',
  '!!js/function evil',
  '!!binary ZXZpbA==',
  '!evil a',
  '? evil',
  '--- evil\n---\nevil',
  '%YAML 1.1\n---\nevil',
  '"',
  "'",
  '"evil',
  "'evil'",
  '\0',
  'a\0b',
  '\u2028evil',
  '\u202eevil',
  '\ufeffevil',
  'ｅｖｉｌ',
  '\ud800',
  '::set-output name=evil::1',
  '##[error]evil',
  '\u001b[31mevil',
  '../../../evil',
  '/dev/termination-log',
  'a,push=false',
  'app.kubernetes.io/managed-by=evil',
  'hybrid-kubernetes-build.io/owner-token=evil',
  'a/b/c=d',
  '}, evil: {',
  'a, evil: b',
  '] , [',
  '# evil',
  ' ',
  '=',
  '@',
  'a@sha256:0000',
  'NaN',
  '1e400',
  '.inf',
  '0x10',
  'null',
  '~',
  'x'.repeat(70_000),
  'a.'.repeat(200),
]

/** And any others. */
const ANY = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.stringMatching(/^[-"',=:{}[\]&*!|>%@`$()\n\r a]{1,12}$/),
)

type Flat = ReadonlyMap<string, unknown>

/** Every leaf of what is created, by its path; the arguments are looked at by themselves. */
function flatten(plan: BuildPlan): Flat {
  const { surroundings, job, contextMap, secrets } = plan
  const flat = new Map<string, unknown>()
  const visit = (path: string, value: unknown): void => {
    if (path === 'build.args') return
    if (path === 'secrets' && plan.secrets.length === 0) return
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) flat.set(path, value)
    else for (const [key, inner] of Object.entries(value)) visit(shortened(`${path}.${key}`), inner)
  }
  visit('surroundings', surroundings)
  visit('job', job)
  if (contextMap !== undefined) visit('contextMap', contextMap)
  visit('secrets', secrets)
  return flat
}

const shortened = (path: string): string =>
  path.replace(/^job\.spec\.template\.spec(?=\.|$)/, 'pod').replace(/^pod\.containers\.0(?=\.|$)/, 'build')

function differing(one: Flat, other: Flat): readonly string[] {
  const paths = [...new Set([...one.keys(), ...other.keys()])]
  return paths.filter((path) => JSON.stringify(one.get(path)) !== JSON.stringify(other.get(path)))
}

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/

const flagOf = (arg: string): string => /^--([^=]*)/s.exec(arg)?.[1] ?? arg

/** Plans as a build does, with all that a request may name found. */
function planned(request: BuildRequest): BuildPlan | undefined {
  const context =
    request.context.kind === 'path'
      ? {}
      : { context: { kind: 'fetched' as const, dockerfile: 'Dockerfile', source: undefined } }
  const plan = planBuild({
    ...groundsOf(TAGS),
    ...context,
    request,
    certificates: new Map([...request.registryAccess.certificates.keys()].map((one) => [one, 'PEM'])),
    secrets: new Map([...request.secrets.keys()].map((id) => [id, Buffer.from('value')])),
  })
  return plan.kind === 'failure' ? undefined : plan
}

const read = (inputs: GivenInputs) => readClusterRequest((name) => inputs[name], {})

/** Plans to compare with: of a harmless value, and of none, which a text may come to. */
function harmlessPlans(input: InputName, { beside = {}, harmless }: HostileRule): readonly BuildPlan[] {
  return [{ [input]: harmless }, {}].map((given) => {
    const reading = read({ ...TAGS, ...beside, ...given })
    const plan = reading.kind === 'request' ? planned(reading.request) : undefined
    if (plan === undefined) throw new Error(`${input}: ${harmless} should make a plan`)
    return plan
  })
}

/** What differs from a plan, and the input does not stand for. */
function foreign(
  plan: BuildPlan,
  known: BuildPlan,
  { fields = [], flags = [] }: HostileRule,
): readonly string[] {
  const knownFlags = new Set(argsOf(known).map(flagOf))
  const isFlag = typeof flags === 'function' ? flags : (name: string) => flags.includes(name)
  return [
    ...argsOf(plan)
      .map(flagOf)
      .filter((name) => !knownFlags.has(name) && !isFlag(name)),
    ...differing(flatten(known), flatten(plan)).filter((path) => !fields.some((field) => field.test(path))),
  ]
}

const RULES = Object.entries(HOSTILE_RULES) as readonly (readonly [InputName, HostileRule])[]

test('every input of action.yml has a rule', () => {
  const { inputs } = readActionFile(readFileSync('action.yml', 'utf8'))
  expect(RULES.map(([input]) => input).toSorted()).toEqual(inputs.map(({ name }) => name).toSorted())
})

describe.each(RULES)('whatever is given as %s', (input, rule) => {
  const { beside = {}, harmless, forms = [] } = rule
  const places = ['@', `${harmless}@`, ...forms]
  const at = (place: string, text: string): string => place.replace('@', () => text)
  const known = harmlessPlans(input, rule)

  function isRefusedOrMeant(value: string): void {
    const reading = read({ ...TAGS, ...beside, [input]: value })
    expect(Object.keys(Object.prototype)).toEqual([])
    if (reading.kind === 'problems') {
      expect(reading.problems.map((problem) => problem.input)).toContain(input)
      // One line each, and nothing in it that a terminal or the runner would obey.
      for (const line of inputFailure(reading.problems).details) expect(line).not.toMatch(CONTROL)
      return
    }
    const plan = planned(reading.request)
    if (plan === undefined) return
    const changes = known.map((one) => foreign(plan, one, rule))
    expect(changes.toSorted((one, other) => one.length - other.length)[0]).toEqual([])
    for (const arg of argsOf(plan)) expect(arg.replaceAll('$$', '')).not.toContain('$(')
    const json = JSON.stringify([plan.surroundings, plan.job, plan.contextMap, plan.secrets])
    expect(json).not.toContain(String.raw`\u0000`)
    expect(JSON.parse(json)).toEqual([plan.surroundings, plan.job, plan.contextMap ?? null, plan.secrets])
  }

  test('is refused by name, or changes what it stands for and nothing else', () => {
    for (const place of places) for (const evil of TEXTS) isRefusedOrMeant(at(place, evil))
    fc.assert(
      fc.property(fc.constantFrom(...places), ANY, (place, evil) => isRefusedOrMeant(at(place, evil))),
      { numRuns: 50 },
    )
  })
})

/** Words that are no value of the flag before them. */
const loose = (args: readonly string[]): readonly string[] =>
  args.filter((word, at) => /^-+evil/.test(word) && !/^--[a-z-]+$|^-[a-z]$/.test(args[at - 1] ?? ''))

/** Flags in all places of an input's form. */
const flagsIn = ({ harmless, forms = [] }: HostileRule) =>
  fc
    .tuple(
      fc.constantFrom('@', `${harmless}@`, ...forms),
      fc.constantFrom('--evil', '-evil', 'a\n--evil=1', '--evil=1,a', '"--evil"'),
    )
    .map(([form, evil]) => form.replace('@', () => evil))

describe('no word that begins with a dash is the user’s', () => {
  test.each(RULES)('for BuildKit, whatever is given as %s', (input, rule) => {
    fc.assert(
      fc.property(flagsIn(rule), (value) => {
        const given: GivenInputs = { ...TAGS, 'allow-privileged': 'true', ...rule.beside, [input]: value }
        const reading = readRequest((one) => given[one], {}, 'buildkit')
        if (reading.kind === 'problems' || !isOfCluster(reading.request)) return
        const plan = planned(reading.request)
        // The first two are the script's own: where the archive is, and the Dockerfile in it.
        if (plan !== undefined) expect(loose(argsOf(plan).slice(2))).toEqual([])
      }),
      { numRuns: 25 },
    )
  })

  describe.each(Object.values(TOOLS))('for $program $buildx.driver', (tool) => {
    test.each(RULES)('whatever is given as %s', (input, rule) => {
      fc.assert(
        fc.property(flagsIn(rule), (value) => {
          const given: GivenInputs = { ...TAGS, ...rule.beside, [input]: value }
          const reading = readRequest((one) => given[one], {}, tool.kind)
          if (reading.kind === 'problems' || isOfCluster(reading.request)) return
          const { request } = reading
          const secrets = new Map([...request.secrets.keys()].map((id) => [id, Buffer.from('value')]))
          const plan = planLocal({ ...localGrounds(tool), request, labels: request.labels, secrets })
          if ('failure' in plan) return
          for (const { args } of plan.commands) expect(loose(args)).toEqual([])
        }),
        { numRuns: 25 },
      )
    })
  })
})
