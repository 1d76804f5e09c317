import { DEFAULT_CAPABILITIES } from '../../../src/plan/kaniko-container.ts'
import { BASELINE_CAPABILITIES } from '../../../src/request/capabilities.ts'
import type { Tried } from './capability-trial.ts'

/** What was tried. */
export interface Trials {
  /** What a RUN does, in a user namespace. */
  readonly run: readonly Tried[]
  /** The same without one. */
  readonly runOnNode: readonly Tried[]
  /** What Kaniko does itself, in a user namespace. */
  readonly kaniko: readonly Tried[]
}

/** docs/capabilities.md */
export function capabilityPage({ run, runOnNode, kaniko }: Trials): string {
  const others = BASELINE_CAPABILITIES.filter((name) => !DEFAULT_CAPABILITIES.includes(name))
  return `# Capabilities

<!-- Made by the end-to-end test capabilities.test.ts, with \`script/test --record long\`: change that, not this. -->

Of root's rights, Linux knows some forty by name. A build's container drops all of them and has back those that Dockerfiles ordinarily need: ${listed(DEFAULT_CAPABILITIES)}. The input [\`capabilities\`](inputs.md#capabilities) adds single ones of ${listed(others)}; no others can be had, because they lead out of the container. All of these are within Pod Security's level baseline.

Each operation below was done with all of them, and then without each in turn; what it cannot be done without is what it needs. Kaniko v1.28 on Linux, a Debian image.

## What Kaniko does

Without \`CHOWN\` no image is unpacked that has files of other users or groups, as Debian's has: then nothing can be built from it.

| operation | needs |
|---|---|
${kaniko.map((one) => `| ${one.about} | ${needsOf(one)} |`).join('\n')}

## What a RUN does as root

| operation | needs | without a user namespace |
|---|---|---|
${run.map((one, at) => `| ${one.about} | ${needsOf(one)} | ${sameOr(one, runOnNode[at])} |`).join('\n')}
`
}

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

function needsOf({ isPossible, needs }: Tried): string {
  if (!isPossible) return 'cannot be done'
  return needs.length === 0 ? 'none' : listed(needs)
}

function sameOr(one: Tried, other: Tried | undefined): string {
  if (other === undefined) return ''
  return needsOf(other) === needsOf(one) ? 'the same' : needsOf(other)
}
