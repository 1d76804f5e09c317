import { appendFileSync } from 'node:fs'

import * as core from '@actions/core'
import type { AnnotationProperties } from '@actions/core'

import { inputVariable } from './environment.ts'
import type { Place } from '../progress/build-record.ts'
import type { Annotation } from '../report/annotations.ts'
import { isInWorkspace } from '../report/place-link.ts'
import type { Environment } from './environment.ts'
import { lineWriter } from './line-writer.ts'
import type { Runner } from './runner.ts'
import { harmless, untrustedText } from './untrusted-text.ts'

/** GitHub's runner, by its workflow commands and files. */
export function githubRunner(environment: Environment): Runner {
  const out = lineWriter((text) => void process.stdout.write(text))
  process.on('exit', () => out.flush())
  const say = (text: string): void => out.line(text)
  /** A command of `core` writes at once, by itself. */
  const after = <A extends readonly unknown[]>(command: (...words: A) => void) => {
    return (...words: A): void => {
      out.flush()
      command(...words)
    }
  }
  return {
    input: (name) => environment[inputVariable(name)]?.trim(),
    info: (text) => harmless(text).forEach(say),
    notice: after((text: string) => core.notice(text)),
    warning: after((text: string) => core.warning(text)),
    annotate: after(({ level, title, message, place }: Annotation) =>
      core[level](quoted(message), { title: quoted(title), ...linesOf(place) }),
    ),
    group: after((title: string) => core.startGroup(title)),
    endGroup: after(() => core.endGroup()),
    mask: after((value: string) => core.setSecret(value)),
    output: after((name: string, value: string) => core.setOutput(name, value)),
    summary: (markdown) => appendSummary(environment['GITHUB_STEP_SUMMARY'], markdown, say),
    saveState: after((name: string, value: string) => core.saveState(name, value)),
    state: (name) => environment[`STATE_${name}`] ?? '',
    untrusted: () => untrustedText(say),
  }
}

/** Text of a build in an annotation: what the log makes harmless is so here too. */
function quoted(text: string): string {
  return text.split('\n').flatMap(harmless).join('\n')
}

function linesOf(place: Place | undefined): AnnotationProperties {
  if (place === undefined || !isInWorkspace(place)) return {}
  return { file: place.path, startLine: place.firstLine, endLine: place.lastLine }
}

/** The summary is for people: where it cannot be written the build is none the worse. */
function appendSummary(path: string | undefined, markdown: string, say: (text: string) => void): void {
  // GitHub Enterprise servers older than 3.6 have none.
  if (path === undefined || path === '') return
  try {
    appendFileSync(path, markdown.endsWith('\n') ? markdown : `${markdown}\n`)
  } catch (error) {
    say(`The job summary could not be written (${error instanceof Error ? error.message : 'unknown error'}).`)
  }
}
