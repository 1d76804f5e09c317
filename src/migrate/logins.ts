import { flagOf } from './build-inputs.ts'
import type { Event, Item } from './job-items.ts'
import { hasExpression, resolve, withEnvironment } from './scope.ts'
import type { Scope } from './scope.ts'
import type { ShellWord } from './shell-word.ts'
import { isOwnToken } from './step-text.ts'
import type { Login } from './step-text.ts'
import { textOf, variablesOf } from './workflow-file.ts'
import type { Step } from './workflow-file.ts'

/** A sign-in of a job, by a command or by docker/login-action. */
export interface JobLogin {
  readonly login: Login
  /** The command; undefined where it is an action. */
  readonly item: Item | undefined
  readonly step: Step
}

const FLAGS_WITH_VALUE = /^(-u|--username|-p|--password|--authfile|--cert-dir)$/
const FLAGS_ALONE = /^(--password-stdin|--insecure-registry|-q|--quiet|--verbose)$/

/** What a job signs in with, as far as it is understood; the items that are not say why. */
export function loginsOf(
  events: readonly Event[],
  items: readonly Item[],
  conditions: Conditions,
): readonly JobLogin[] {
  const byCommand = items.flatMap((item): readonly JobLogin[] => {
    if (item.engine.verb !== 'login' || item.problem !== undefined) return []
    const login = readLogin(item)
    if (typeof login !== 'string' && conditions.allow(login, item.read.step))
      return [{ login, item, step: item.read.step }]
    item.problem = typeof login === 'string' ? login : CONDITION
    return []
  })
  const byAction = events.flatMap((event): readonly JobLogin[] => {
    if (event.kind !== 'action' || !event.uses.startsWith('docker/login-action@')) return []
    const { step } = event.read
    const login = ofAction(step)
    return login !== undefined && step.fixed === undefined && conditions.allow(login, step)
      ? [{ login, item: undefined, step }]
      : []
  })
  return [...byCommand, ...byAction]
}

/** Whether a sign-in under a condition can be had by a build that has another one. */
export interface Conditions {
  allow(login: Login, step: Step): boolean
}

const CONDITION =
  'it signs in under a condition that the build has not: give the build `registries`, and make sure that the secret is there whenever it runs'

/** A sign-in without a condition, under that of all builds, or with the token that every run has. */
export function conditionsOf(builds: readonly Step[]): Conditions {
  return {
    allow: ({ password }, { condition }) =>
      condition === undefined ||
      isOwnToken(password) ||
      builds.every((build) => build.condition === condition),
  }
}

function readLogin({ engine, statement: { scope, input } }: Item): Login | string {
  const flags = new Map<string, ShellWord>()
  const positionals: ShellWord[] = []
  const rest = [...engine.args]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const flag = flagOf(word)
    if (flag === undefined) positionals.push(word)
    else if (FLAGS_WITH_VALUE.test(flag.name)) {
      const value = flag.value ?? rest.shift()
      if (value !== undefined)
        flags.set(flag.name.replace(/^-u$/, '--username').replace(/^-p$/, '--password'), value)
    } else if (!FLAGS_ALONE.test(flag.name)) return `the flag ${flag.name} of login is not known`
  }
  return joinLogin(positionals[0], flags.get('--username'), flags.get('--password') ?? input, scope)
}

function joinLogin(
  registry: ShellWord | undefined,
  username: ShellWord | undefined,
  password: ShellWord | undefined,
  scope: Scope,
): Login | string {
  if (username === undefined) return 'it does not say who signs in'
  if (password === undefined)
    return 'the password comes from another command: give it to the build as `registries`, or sign in with the registry’s own action'
  const values = [registry ?? DOCKER_HUB, username, password].map((word) => resolve(word, scope))
  const unknown = values.find((value) => value.kind === 'unknown')
  if (unknown?.kind === 'unknown') return unknown.reason
  const [host = '', user = '', secret = ''] = values.map((value) =>
    value.kind === 'known' ? value.text : '',
  )
  if (!secret.includes('${{')) return 'the password stands in the workflow: make it a secret first'
  return {
    registry: hostOnly(host, scope),
    username: user,
    password: secret,
  }
}

/** Tools take an address, or an image's path, for its host. */
function hostOnly(registry: string, scope: Scope): string {
  const known = withEnvironment(registry, scope).replace(/^https?:\/\//, '')
  if (known.startsWith('index.docker.io')) return 'docker.io'
  const [host = ''] = known.split('/')
  return known.includes('/') && !hasExpression(host) ? host : registry
}

const DOCKER_HUB: ShellWord = {
  text: 'docker.io',
  pieces: [{ kind: 'text', text: 'docker.io' }],
  mayBeMany: false,
}

/** docker/login-action with nothing but names and a password. */
function ofAction(step: Step): Login | undefined {
  const inputs = variablesOf(step.node.get('with'))
  if ([...inputs.keys()].some((name) => !/^(registry|username|password|logout)$/.test(name))) return undefined
  const username = inputs.get('username')
  const password = inputs.get('password')
  if (username === undefined || password?.includes('${{') !== true || textOf(step.node, 'id') !== undefined)
    return undefined
  return { registry: inputs.get('registry') ?? 'docker.io', username, password }
}
