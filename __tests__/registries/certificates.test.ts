import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ActionError } from '../../src/failure/failure.ts'
import { readCertificates } from '../../src/registries/certificates.ts'
import type { CertificateSource } from '../../src/request/registry-certificates.ts'
import { containing } from '../request/given.ts'

let workspace = ''
let pem = ''
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'certificates-'))
  const out = join(workspace, 'ca.pem')
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '1',
  ]
  execFileSync('openssl', [...words, '-keyout', '/dev/null', '-subj', '/CN=ca', '-out', out], {
    stdio: 'ignore',
  })
  pem = readFileSync(out, 'utf8')
  writeFileSync(join(workspace, 'two.pem'), `subject=CN = ca\n${pem}\n${pem}`)
  writeFileSync(join(workspace, 'empty'), '')
  writeFileSync(join(workspace, 'broken'), '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n')
  writeFileSync(join(workspace, 'large'), pem.repeat(Math.ceil((101 * 1024) / pem.length)))
})
afterAll(() => rmSync(workspace, { recursive: true }))

const read = (sources: Readonly<Record<string, CertificateSource>>) =>
  readCertificates(new Map(Object.entries(sources)), workspace)
const file = (path: string): CertificateSource => ({ kind: 'file', path })

async function details(sources: Readonly<Record<string, CertificateSource>>): Promise<readonly string[]> {
  const error: unknown = await read(sources).catch((reason: unknown) => reason)
  if (!(error instanceof ActionError)) throw new Error('no ActionError was thrown')
  expect(error.failure.code).toBe('input')
  return error.failure.details
}

test('certificates of files and inputs are given by registry, without what stands around them', async () => {
  expect(await read({ 'a:1': file('ca.pem'), b: { kind: 'pem', pem }, c: file('two.pem') })).toEqual(
    new Map([
      ['a:1', pem],
      ['b', pem],
      ['c', pem + pem],
    ]),
  )
})

test('without any, there is nothing to read', async () => {
  expect(await read({})).toEqual(new Map())
})

test('all that cannot be used is told at once', async () => {
  expect(
    await details({ a: file('nowhere.pem'), b: file('empty'), c: file('broken'), d: file('.') }),
  ).toEqual([
    containing('a: the file "nowhere.pem" cannot be read; its path is relative to the workspace'),
    containing('b: "empty" holds no certificate'),
    containing('c: "broken" holds something that is no certificate'),
    containing('d: the file "." cannot be read'),
  ])
})

test('more than there is room for is refused', async () => {
  expect(await details({ a: file('large') })).toEqual([containing('too much (10')])
})
