import type { KubernetesObject } from '../../src/kubernetes/objects.ts'
import { planTemplate, type TemplateGrounds, type TemplatePlan } from '../../src/plan/template-plan.ts'
import { type GivenInputs, requestOf } from '../request/given.ts'
import { archiveOf, IDENTITY, NOTHING_FOUND, RUN } from './given.ts'
import { DEFAULT_LIFETIMES } from '../../src/plan/lifetimes.ts'

/** Grounds for a template from inputs; what a test is about is given in `more`. */
export function templateGrounds(inputs: GivenInputs, more: Partial<TemplateGrounds> = {}): TemplateGrounds {
  return {
    request: requestOf({ mode: 'template', ...inputs }),
    identity: IDENTITY,
    run: RUN,
    context: archiveOf(),
    serverTime: new Date('2026-11-23T12:00:00Z'),
    lifetimes: DEFAULT_LIFETIMES,
    found: { docker: NOTHING_FOUND.docker, notices: [] },
    certificates: new Map(),
    ...more,
  }
}

/** The template for these inputs; fails the test where there is none. */
export function templateOf(inputs: GivenInputs, more: Partial<TemplateGrounds> = {}): TemplatePlan {
  const template = planTemplate(templateGrounds(inputs, more))
  if (template.kind === 'failure') throw new Error(template.failure.headline)
  return template
}

/** The object of a kind; fails the test where there is none. */
export function objectOf(objects: readonly KubernetesObject[], kind: string): KubernetesObject {
  const found = objects.find((one) => one.kind === kind)
  if (found === undefined) throw new Error(`a ${kind} was expected`)
  return found
}
