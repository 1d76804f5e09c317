import { readKanikoEnd } from '../../src/failure/kaniko-end.ts'
import { pushLog } from '../../src/progress/push-log.ts'

const translated = (...lines: readonly string[]): readonly (string | undefined)[] => lines.map(pushLog())

/** As v1.28.3 prints it. */
const INFO = '\u001b[36mINFO\u001b[0m[0000] '

describe('the log of the container that pushes', () => {
  test('tells what it does in the words of a build', () => {
    expect(
      translated(`${INFO}Pushing image to r.example/a:1       `, 'INFO[0012] Pushed r.example/a@sha256:00 '),
    ).toEqual([
      '{"level":"info","msg":"Pushing image to r.example/a:1","time":""}',
      '{"level":"info","msg":"Pushed r.example/a@sha256:00","time":""}',
    ])
  })

  test.each([
    [
      'a push that is refused before it begins',
      'Error: checking push permissions: checking push permission for "r.example/a:1": POST https://r.example/v2/a/blobs/uploads/: UNAUTHORIZED: authentication required',
      'push-denied',
    ],
    [
      'a registry that is not there',
      'Error: checking push permissions: checking push permission for "r.example/a:1": creating push check transport for r.example failed: Get "https://r.example/v2/": dial tcp: lookup r.example: no such host',
      'push-unreachable',
    ],
    [
      'a push that breaks',
      'Error: failed to push to destination r.example/a:1: DENIED: denied',
      'push-denied',
    ],
    ['a flag that it does not know', 'Error: unknown flag: --new', 'input'],
  ])('has %s', (_, error, code) => {
    const lines = translated(
      `${INFO}credential providers by priority: [env]`,
      error,
      'Usage:',
      '  executor push <path> [flags]',
    )
    expect(
      readKanikoEnd(
        lines.filter((line) => line !== undefined),
        1,
      ),
    ).toMatchObject({ code })
  })
})
