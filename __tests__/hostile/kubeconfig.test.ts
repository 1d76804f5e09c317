import fc from 'fast-check'

import { loadClusterConfig } from '../../src/cluster/kubeconfig.ts'
import { secretsOf } from '../../src/cluster/kubeconfig-secrets.ts'
import type { Machine } from '../../src/cluster/kubeconfig-source.ts'
import { ActionError } from '../../src/failure/failure.ts'

const SECRET = 'correct-horse-battery-staple'

const machine: Machine = {
  environment: {},
  home: '/nowhere',
  workspace: '/nowhere',
  serviceAccount: '/nowhere',
}

/** What a kubeconfig leads to: its secrets, or all words of the problem. Any other error is thrown. */
async function read(text: string): Promise<readonly string[] | string> {
  try {
    const config = await loadClusterConfig({ kubeconfig: text, kubeContext: undefined }, machine)
    return secretsOf(config)
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    expect(error.failure.code).toBe('kubeconfig')
    return JSON.stringify(error.failure)
  }
}

/** A kubeconfig in which anything may stand where something is expected. */
function nearly(anything: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const or = <T>(usual: fc.Arbitrary<T>) =>
    fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: anything })
  const name = or(fc.constantFrom('a', 'b', '__proto__', 'constructor'))
  const server = or(
    fc.constantFrom('https://one:6443', 'http://one', 'HTTPS://[::1]', 'https://', 'file:///etc'),
  )
  const exec = fc.record(
    {
      command: or(fc.constant('aws')),
      args: or(fc.array(anything)),
      env: or(fc.array(anything)),
      apiVersion: anything,
    },
    { requiredKeys: [] },
  )
  const user = fc.record(
    { token: fc.constant(SECRET), exec: or(exec), 'token-file': anything },
    { requiredKeys: ['token'] },
  )
  const entry = (kind: string, fields: fc.Arbitrary<unknown>) =>
    or(fc.array(or(fc.record({ name, [kind]: or(fields) })), { maxLength: 3 }))
  return fc
    .record(
      {
        clusters: entry(
          'cluster',
          fc.record({ server, 'insecure-skip-tls-verify': anything }, { requiredKeys: ['server'] }),
        ),
        users: entry('user', user),
        contexts: entry('context', fc.record({ cluster: name, user: name, namespace: anything })),
        'current-context': name,
      },
      { requiredKeys: ['clusters'] },
    )
    .map((value) => JSON.stringify(value))
}

const hostile = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom({ toString: 1 }, { toJSON: 1 }, { valueOf: null }, { __proto__: null }),
)

describe('a kubeconfig of any form', () => {
  test('is read, or refused in words that do not have its token', async () => {
    await fc.assert(
      fc.asyncProperty(nearly(hostile), async (text) => {
        const result = await read(text)
        if (typeof result === 'string') expect(result).not.toContain(SECRET)
        else expect(result.filter((secret) => secret !== SECRET)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('that was cut or has strange signs in it is no different', async () => {
    const whole = `clusters: [{name: a, cluster: {server: "https://one"}}]\nusers:\n- name: a\n  user: {token: ${SECRET}}\ncontexts: [{name: a, context: {cluster: a, user: a}}]\ncurrent-context: a\n`
    const sign = fc.constantFrom(
      '&a ',
      '*a',
      '!!js/function ',
      '!!binary ',
      '<<: ',
      '\t',
      '{',
      ']',
      '\0',
      '|',
      '? ',
      '%',
      "'",
      '- ',
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length), sign, async (from, to, between) => {
        const result = await read(whole.slice(0, from) + between + whole.slice(to))
        if (typeof result === 'string') expect(result).not.toContain(SECRET)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['holds itself', '&u {token: x, self: *u}'],
    ['holds itself in a list', '{token: x, exec: {command: aws, args: &l [*l]}}'],
    ['has arguments that are no texts', '{exec: {command: aws, args: [{toString: 1}, null, 1, [[]]]}}'],
    ['has a number that is too large', '{token: 1e999, n: 9007199254740993}'],
  ])('whose user %s ends in words, or not at all', async (_, user) => {
    const text = `clusters: [{name: a, cluster: {server: "https://one"}}]\nusers: [{name: a, user: ${user}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\ncurrent-context: a\n`
    await expect(read(text)).resolves.toBeDefined()
  })
})
