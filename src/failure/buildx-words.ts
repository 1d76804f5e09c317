import type { BuildkitLast } from '../progress/buildkit-progress.ts'

/** Who passed an error on, in old BuildKits. */
const FRAMES =
  /(?:rpc error: code = \w+ desc = |failed to solve with frontend [\w.]+: |failed to create LLB definition: )+/g

/** Older BuildKits, like the one in Docker 20.10, put it otherwise. */
const OTHER_WORDS: readonly (readonly [RegExp, string])[] = [
  [
    /executor failed running \[(.*)\]: exit code: (\d+)$/s,
    'process "$1" did not complete successfully: exit code: $2',
  ],
  [/dockerfile parse error line (\d+): /, 'dockerfile parse error on line $1: '],
  [/"([^"]*)" not found: not found$/, '"$1": not found'],
  [/target stage (\S+) could not be found/, 'target stage "$1" could not be found'],
  [/^error: (\S+\/\S+:\S+): not found$/, 'error: failed to resolve source metadata for $1: not found'],
]

/** What buildx says last, as buildctl would say it. */
export function asBuildctl(last: BuildkitLast): BuildkitLast {
  const failed = last.failed
  const [, pushed] = /^pushing (\S+) with docker$/.exec(failed?.name ?? '') ?? []
  const words = last.words.map((line) => {
    if (!/^ERROR: /.test(line)) return line
    const said = line
      .replace(/^ERROR: (?:failed to build: )?(?:failed to solve: )?/, '')
      .replaceAll(FRAMES, '')
    const pushing =
      pushed === undefined || said.startsWith('failed to push') ? '' : `failed to push ${pushed}: `
    return OTHER_WORDS.reduce((text, [says, other]) => text.replace(says, other), `error: ${pushing}${said}`)
  })
  return { ...last, words }
}
