import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { runStep } from '../support/action.ts'
import { cluster, eventually, inLab, lab, ours } from './support/cluster.ts'
import { inputs } from './support/inputs.ts'
import { runInImage } from './support/run-image.ts'

const MINUTES = 60_000

/** Without Kaniko itself nothing here would be told about Kaniko. */
const describeWithKaniko = cluster.executor === 'real' ? describe : describe.skip
const name =
  cluster.executor === 'real'
    ? 'an image built by the real Kaniko'
    : 'an image built by the real Kaniko (skipped: the lab has no archive of it, see lab/README.md)'

/** Builds a context made of `files` and returns what the container prints that runs `command` in the image. */
async function buildAndRun(
  files: Readonly<Record<string, string>>,
  command: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly printed: string; readonly log: string }> {
  const workspace = mkdtempSync(join(tmpdir(), 'context-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(workspace, path)), { recursive: true })
      writeFileSync(join(workspace, path), content)
    }
    symlinkSync('a.txt', join(workspace, 'link'))
    const { main, outputs } = await runStep({
      workspace,
      inputs: inputs('kaniko', { context: '.', ...more }),
    })
    if (outputs['outcome'] !== 'built') throw new Error(main.output)
    const image = outputs['image-by-digest'] ?? ''
    return { printed: await runInImage(image, command), log: main.output }
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
}

describeWithKaniko(name, () => {
  afterAll(() => eventually('nothing of ours is left', 90, () => ours().length === 0), 100_000)

  test(
    'has what RUN made, in the stages that the Dockerfile names',
    async () => {
      const { printed } = await buildAndRun(
        {
          'a.txt': 'a\n',
          Dockerfile: [
            'ARG BASE=busybox',
            'FROM ${BASE} AS build',
            'ARG GREETING',
            'COPY a.txt /src/',
            'RUN echo "$GREETING" > /out && \\',
            '    cat /src/a.txt >> /out',
            'FROM build AS unused',
            'RUN exit 1',
            'FROM busybox',
            'COPY --from=build /out /app/out',
            'RUN chown 1234 /app/out && chmod 640 /app/out',
            'USER 1234',
          ].join('\n'),
        },
        'cat /app/out; stat -c "%a %u" /app/out; id -u',
        { 'build-args': 'GREETING=a "quoted" = text, with commas' },
      )
      expect(printed).toBe('a "quoted" = text, with commas\na\n640 1234\n1234\n')
    },
    3 * MINUTES,
  )

  test.each(['/context', '/image', '/workspace', '/cache'])(
    'has its files at %s, whatever the builder uses such a place for',
    async (place) => {
      const { printed } = await buildAndRun(
        {
          'a.txt': 'a\n',
          'folder/b.txt': 'b\n',
          Dockerfile: `FROM busybox\nWORKDIR ${place}\nCOPY . ${place}\nRUN echo made > ${place}/made\n`,
        },
        `cd ${place} && find . | sort && cat a.txt folder/b.txt made && readlink link`,
      )
      expect(printed).toBe(
        '.\n./Dockerfile\n./a.txt\n./folder\n./folder/b.txt\n./link\n./made\na\nb\nmade\na.txt\n',
      )
    },
    3 * MINUTES,
  )

  test(
    'stands on a Debian that the Dockerfile names as on Docker Hub',
    async () => {
      if (inLab) lab('images')
      const { printed } = await buildAndRun(
        {
          'a.txt': 'a\n',
          Dockerfile:
            'FROM debian:bookworm-slim\nRUN useradd --create-home --uid 1234 app\nUSER app\nCOPY --chown=app a.txt /home/app/\n',
        },
        '. /etc/os-release; echo "$ID"; stat -c "%U %n" /home/app/a.txt; id -un',
      )
      expect(printed).toBe('debian\napp /home/app/a.txt\napp\n')
    },
    10 * MINUTES,
  )

  test(
    'takes its layers from the cache the second time',
    async () => {
      const files = {
        'a.txt': 'a\n',
        Dockerfile: 'FROM busybox\nRUN echo slow > /slow && date +%s%N > /once\n',
      }
      const repository = `${cluster.registry}/cache-of-test-${Date.now()}`
      const first = await buildAndRun(files, 'cat /once', { 'cache-repository': repository })
      const second = await buildAndRun(files, 'cat /once', { 'cache-repository': repository })
      expect(first.log).toMatch(/RUN echo slow.*\n(?:.*\n)*? {2}\d+\.\d+ s, not cached\n/)
      expect(second.log).toMatch(/RUN echo slow.*\n(?:.*\n)*? {2}cached\n/)
      expect(second.log).toContain('1 of 1 cacheable instructions from the cache')
      expect(second.printed).toBe(first.printed)
    },
    3 * MINUTES,
  )

  test(
    'is not built when a RUN fails, and the step says which and how',
    async () => {
      const workspace = mkdtempSync(join(tmpdir(), 'context-'))
      try {
        writeFileSync(join(workspace, 'Dockerfile'), 'FROM busybox\nRUN echo before && exit 7\n')
        const { main, outputs } = await runStep({ workspace, inputs: inputs('kaniko', { context: '.' }) })
        expect(main.code).toBe(1)
        expect(outputs).toMatchObject({ outcome: 'failed', 'failure-code': 'run-failed' })
        expect(outputs['failure-message']).toBe('The instruction at Dockerfile:2 failed with exit code 7.')
        expect(main.output).toContain('  RUN echo before && exit 7')
      } finally {
        rmSync(workspace, { recursive: true, force: true })
      }
    },
    3 * MINUTES,
  )

  test(
    'cannot be changed in its outputs or state by what a RUN prints',
    async () => {
      const forged = `sha256:${'0'.repeat(64)}`
      const { log, printed } = await buildAndRun(
        {
          'a.txt': 'a\n',
          Dockerfile: `FROM busybox\nRUN echo "::set-output name=digest::${forged}" && echo "::save-state name=ledger::{}" && echo "##[error]forged" && touch /done\n`,
        },
        'ls /done',
        // From the cache it would print nothing.
        { cache: 'false' },
      )
      expect(printed).toBe('/done\n')
      const stopped = [...log.matchAll(/::stop-commands::(\S+)\n([\s\S]*?)\n::\1::\n/g)]
        .map(([, , text]) => text)
        .join('\n')
      expect(stopped).toContain(`::set-output name=digest::${forged}`)
      expect(log).not.toContain('##[error]forged')
    },
    3 * MINUTES,
  )
})
