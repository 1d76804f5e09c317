/** Runs the rings of tests; see `script/test`, which is what a person types. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { RINGS } from './rings/index.ts'
import type { Ring } from './rings/index.ts'
import { single, total } from './rings/tally.ts'
import type { Tally } from './rings/tally.ts'
import { RECORDS, recordRing } from './rings/record.ts'

const { values, positionals } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    kubeconfig: { type: 'string' },
    registry: { type: 'string' },
  },
  allowPositionals: true,
})

// The end-to-end tests read these; see __tests__/e2e/support/cluster.ts.
if (values.kubeconfig !== undefined) process.env['HYBRID_LAB_KUBECONFIG'] = resolve(values.kubeconfig)
if (values.registry !== undefined) process.env['HYBRID_LAB_REGISTRY'] = values.registry

// A table that a test makes is then written, not compared.
if (values.record) process.env['HYBRID_BUILD_RECORD'] = '1'

const unknown = positionals.filter((name) => !RINGS.some((ring) => ring.name === name))
if (unknown.length > 0) {
  console.error(
    `No ring is called ${unknown.join(', ')}; there are: ${RINGS.map((ring) => ring.name).join(', ')}`,
  )
  process.exit(2)
}

function isAskedFor(ring: Ring): boolean {
  return positionals.length > 0 ? positionals.includes(ring.name) : values.all || !ring.long
}

async function run(ring: Ring): Promise<Tally> {
  console.log(`\n=== ${ring.name}: ${ring.about}`)
  const began = performance.now()
  const tally = record(ring, await tallied(ring))
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `=== ${ring.name}: ${tally.passed} passed, ${tally.failed} failed, ${tally.skipped.length} skipped, ${seconds} s`,
  )
  return tally
}

/** What came of a ring; one that breaks is a failure, so that the others run and the last line is printed. */
async function tallied(ring: Ring): Promise<Tally> {
  try {
    return await ring.run()
  } catch (error) {
    return single(`the ring ${ring.name} broke: ${String(error)}`, false)
  }
}

function record(ring: Ring, tally: Tally): Tally {
  if (!values.record || RECORDS[ring.name] === undefined) return tally
  try {
    recordRing(ring.name, tally)
    return tally
  } catch (error) {
    return total([tally, single(`the results could not be written down: ${String(error)}`, false)])
  }
}

const tallies: Tally[] = []
// One after the other: two cores are few, and the first ring that fails says most.
for (const ring of RINGS.filter(isAskedFor)) tallies.push(await run(ring))

const sum = total(tallies)
console.log('')
for (const failure of sum.failures) console.log(`failed: ${failure}`)
for (const skip of sum.skipped) console.log(`skipped: ${skip}`)
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped.length} skipped`)
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0
