import type { Piece, ShellWord } from './shell-word.ts'
import type { Variables } from './workflow-file.ts'

/** A word as a step's input can have it, with GitHub's expressions, or why it cannot be told. */
export type Resolved =
  { readonly kind: 'known'; readonly text: string } | { readonly kind: 'unknown'; readonly reason: string }

/** What is known of the variables where a command runs. */
export interface Scope {
  /** Of the script itself, set before the command. */
  readonly local: ReadonlyMap<string, Resolved>
  /** `env:` of the step, as it is written. */
  readonly step: Variables
  /** `env:` of job and workflow, as written there, and what earlier steps have written to `$GITHUB_ENV`: undefined. */
  readonly job: ReadonlyMap<string, string | undefined>
}

/** GitHub's own variables, as its expressions have them. */
const DEFAULTS: Readonly<Record<string, string>> = {
  GITHUB_ACTOR: 'github.actor',
  GITHUB_BASE_REF: 'github.base_ref',
  GITHUB_EVENT_NAME: 'github.event_name',
  GITHUB_HEAD_REF: 'github.head_ref',
  GITHUB_JOB: 'github.job',
  GITHUB_REF: 'github.ref',
  GITHUB_REF_NAME: 'github.ref_name',
  GITHUB_REF_TYPE: 'github.ref_type',
  GITHUB_REPOSITORY: 'github.repository',
  GITHUB_REPOSITORY_ID: 'github.repository_id',
  GITHUB_REPOSITORY_OWNER: 'github.repository_owner',
  GITHUB_RUN_ATTEMPT: 'github.run_attempt',
  GITHUB_RUN_ID: 'github.run_id',
  GITHUB_RUN_NUMBER: 'github.run_number',
  GITHUB_SERVER_URL: 'github.server_url',
  GITHUB_SHA: 'github.sha',
  GITHUB_TRIGGERING_ACTOR: 'github.triggering_actor',
  GITHUB_WORKFLOW: 'github.workflow',
  GITHUB_WORKSPACE: 'github.workspace',
  RUNNER_TEMP: 'runner.temp',
}

/** The variable's value where a command runs. */
export function valueOf(name: string, { local, step, job }: Scope): Resolved {
  const own = local.get(name)
  if (own !== undefined) return own
  const ofStep = step.get(name)
  if (ofStep !== undefined) return { kind: 'known', text: ofStep }
  const context = DEFAULTS[name]
  if (context !== undefined) return { kind: 'known', text: `\${{ ${context} }}` }
  if (job.has(name)) return { kind: 'known', text: `\${{ env.${name} }}` }
  return { kind: 'unknown', reason: `nothing in the workflow says what $${name} is` }
}

/** The word with every variable in it replaced by what it stands for. */
export function resolve({ pieces }: Pick<ShellWord, 'pieces'>, scope: Scope): Resolved {
  let text = ''
  for (const piece of pieces) {
    const value = resolvePiece(piece, scope)
    if (value.kind === 'unknown') return value
    text += value.text
  }
  return { kind: 'known', text }
}

function resolvePiece(piece: Piece, scope: Scope): Resolved {
  switch (piece.kind) {
    case 'text':
      return { kind: 'known', text: piece.text }
    case 'expression':
      return { kind: 'known', text: `\${{ ${piece.text} }}` }
    case 'variable':
      return valueOf(piece.name, scope)
    case 'unknown':
      return {
        kind: 'unknown',
        reason: `only a shell knows what \`${piece.text}\` is: give it to a variable of the script first`,
      }
  }
}

/** The text with what `env` is known to hold in place of its expressions. */
export function withEnvironment(text: string, { step, job }: Scope): string {
  return text.replaceAll(/\$\{\{\s*env\.(\w+)\s*\}\}/g, (expression, name: string) => {
    return step.get(name) ?? job.get(name) ?? expression
  })
}

/** Whether a text has an expression, whose value only the run knows. */
export const hasExpression = (text: string): boolean => text.includes('${{')
