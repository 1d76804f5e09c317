import { parseArgs } from 'node:util'

import { nearest } from '../failure/nearest.ts'
import { amountOf, parseQuantity } from '../request/quantity.ts'
import { DAY, parseDnsLabel, parseDuration } from '../request/scalars.ts'
import { parseImageReference } from '../request/image-reference.ts'
import { type Parsed, parsed, refused } from '../request/parsed.ts'
import type { PrunePolicy } from '../storage/prune-policy.ts'
import { DEFAULTS, type GivenSettings, type Way } from '../storage/registry-request.ts'
import type { OutputForm } from './command.ts'

/** What somebody wants of the registry in the cluster. */
export interface RegistryCommand {
  readonly kind: 'registry'
  readonly action: RegistryAction
  readonly namespace: string
  readonly kubeconfig: string | undefined
  readonly kubeContext: string | undefined
  readonly output: OutputForm
}

export type RegistryAction =
  | { readonly kind: 'install'; readonly given: GivenSettings }
  | { readonly kind: 'status' }
  | {
      readonly kind: 'prune'
      readonly policy: PrunePolicy
      readonly dryRun: boolean
      readonly waitSeconds: number
    }
  | { readonly kind: 'uninstall'; readonly yes: boolean }

const ACTIONS = ['install', 'status', 'prune', 'uninstall'] as const
type ActionName = (typeof ACTIONS)[number]

interface Flag {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  /** Undefined: all of them. */
  readonly of?: readonly ActionName[]
}

const FLAGS: Readonly<Record<string, Flag>> = {
  namespace: { type: 'string', short: 'n' },
  kubeconfig: { type: 'string' },
  'kube-context': { type: 'string' },
  image: { type: 'string', of: ['install'] },
  'node-port': { type: 'string', of: ['install'] },
  storage: { type: 'string', of: ['install'] },
  'storage-class': { type: 'string', of: ['install'] },
  ephemeral: { type: 'boolean', of: ['install'] },
  credentials: { type: 'boolean', of: ['install'] },
  'allow-host-network': { type: 'boolean', of: ['install'] },
  way: { type: 'string', of: ['install'] },
  keep: { type: 'string', of: ['prune'] },
  'older-than': { type: 'string', of: ['prune'] },
  'dry-run': { type: 'boolean', of: ['prune'] },
  wait: { type: 'string', of: ['prune'] },
  yes: { type: 'boolean', of: ['uninstall'] },
  output: { type: 'string', short: 'o', of: ['status'] },
}

const LONGEST = 3650 * DAY
const WAYS: readonly Way[] = ['localhost', 'node-address', 'host-proxy']

/** What was typed behind `registry`, or all that is wrong with it. */
export function parseRegistryWords(
  words: readonly string[],
):
  | RegistryCommand
  | { readonly kind: 'mistakes'; readonly mistakes: readonly string[]; readonly output: OutputForm } {
  const { values, positionals, mistakes } = readFlags(words)
  const [first, stray] = positionals
  const action = ACTIONS.find((name) => name === first)
  if (action === undefined) mistakes.push(whichAction(first))
  if (stray !== undefined && mistakes.length === 0) mistakes.push(`"${stray}" belongs to no flag`)
  for (const name of values.keys()) {
    const { of } = FLAGS[name] ?? {}
    if (action !== undefined && of?.includes(action) === false)
      mistakes.push(`--${name} is of \`registry ${of.join('`, `registry ')}\`, not of \`registry ${action}\``)
  }
  const read = <T>(name: string, parse: (text: string) => Parsed<T>, fallback: T): T => {
    const text = values.get(name)
    if (text === undefined) return fallback
    const result = parse(text)
    if (result.kind === 'value') return result.value
    mistakes.push(...result.problems.map(({ problem }) => `--${name}: ${problem}`))
    return fallback
  }
  const is = (name: string): boolean => values.get(name) === 'true'
  const output = read<OutputForm>('output', oneOf(['text', 'json'] as const), 'text')
  const namespace = read<string>('namespace', parseDnsLabel, DEFAULTS.namespace)
  const shared = {
    namespace,
    kubeconfig: values.get('kubeconfig'),
    kubeContext: values.get('kube-context'),
    output,
  }
  const wanted = ((): RegistryAction => {
    switch (action) {
      case 'install':
        return { kind: 'install', given: givenOf(read, values, mistakes) }
      case 'prune':
        return {
          kind: 'prune',
          dryRun: is('dry-run'),
          policy: {
            keep: read('keep', count, undefined),
            olderThan: read('older-than', duration, undefined),
          },
          waitSeconds: read('wait', duration, 600),
        }
      case 'uninstall':
        return { kind: 'uninstall', yes: is('yes') }
      case 'status':
      case undefined:
        return { kind: 'status' }
    }
  })()
  return mistakes.length > 0
    ? { kind: 'mistakes', mistakes, output }
    : { kind: 'registry', action: wanted, ...shared }
}

type Read = <T>(name: string, parse: (text: string) => Parsed<T>, fallback: T) => T

/** What is not said stays as it is installed. */
function givenOf(read: Read, values: ReadonlyMap<string, string>, mistakes: string[]): GivenSettings {
  const is = (name: string): boolean | undefined =>
    values.has(name) ? values.get(name) === 'true' : undefined
  const given: GivenSettings = {
    image: read<string | undefined>('image', image, undefined),
    nodePort: read<number | undefined>('node-port', port, undefined),
    isEphemeral: is('ephemeral'),
    size: read<string | undefined>('storage', size, undefined),
    storageClass: read<string | undefined>('storage-class', storageClass, undefined),
    hasCredentials: is('credentials'),
    allowHostNetwork: is('allow-host-network'),
    way: read<Way | undefined>('way', oneOf(WAYS), undefined),
  }
  if (given.isEphemeral === true && given.storageClass !== undefined)
    mistakes.push('--storage-class is of a claim, and --ephemeral has none')
  if (given.way === 'host-proxy' && given.allowHostNetwork !== true)
    mistakes.push('--way host-proxy needs --allow-host-network')
  return given
}

function readFlags(words: readonly string[]) {
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(FLAGS).map(([name, { type, short }]) => [
        name,
        { type, ...(short === undefined ? {} : { short }) },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const values = new Map<string, string>()
  const positionals: string[] = []
  const mistakes: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName } = token
    const flag = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined
    const value = token.value ?? (flag?.type === 'boolean' ? 'true' : undefined)
    if (flag === undefined) mistakes.push(unknownFlag(rawName))
    else if (value === undefined || (token.inlineValue === false && value.startsWith('--')))
      mistakes.push(`${rawName} needs a value: ${rawName}=VALUE`)
    else if (flag.type === 'boolean' && value !== 'true' && value !== 'false')
      mistakes.push(`${rawName} is true or false, not "${value}"`)
    else values.set(name, value)
  }
  return { values, positionals, mistakes }
}

function whichAction(word: string | undefined): string {
  if (word === undefined) return `registry needs one of ${ACTIONS.join(', ')}`
  const meant = nearest(word, ACTIONS)
  return `there is no command "registry ${word}"${meant === undefined ? '' : `; was ${meant} meant?`}`
}

function unknownFlag(rawName: string): string {
  const meant = nearest(rawName.replace(/^-+/, ''), Object.keys(FLAGS))
  return `there is no flag ${rawName} of \`registry\`${meant === undefined ? '' : `; was --${meant} meant?`}`
}

function oneOf<T extends string>(all: readonly T[]) {
  return (text: string): Parsed<T> => {
    const found = all.find((one) => one === text)
    return found === undefined ? refused(`one of ${all.join(', ')}, not "${text}"`) : parsed(found)
  }
}

function count(text: string): Parsed<number | undefined> {
  return /^\d{1,6}$/.test(text) ? parsed(Number(text)) : refused(`a number of tags, not "${text}"`)
}

/** Days too, which images are kept for. */
function duration(text: string): Parsed<number> {
  const [, days] = /^(\d{1,4})d$/.exec(text) ?? []
  return days === undefined ? parseDuration(text, LONGEST) : parsed(Number(days) * DAY)
}

function port(text: string): Parsed<number> {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return number >= 1 && number < 65_535 ? parsed(number) : refused(`a port, not "${text}"`)
}

/** The name of a StorageClass is one of DNS. */
function storageClass(text: string): Parsed<string> {
  return /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(text)
    ? parsed(text)
    : refused(`the name of a storage class, not "${text}"`)
}

function size(text: string): Parsed<string> {
  const quantity = parseQuantity(text, 'ephemeral-storage')
  if (quantity.kind === 'problems') return quantity
  return amountOf(text) === 0n ? refused(`a size like 20Gi, not "${text}"`) : quantity
}

function image(text: string): Parsed<string> {
  const reference = parseImageReference(text)
  return reference.kind === 'problems' ? reference : parsed(text)
}
