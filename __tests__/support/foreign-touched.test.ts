import type { RecordedRequest } from './api-server.ts'
import { foreignTouched } from './foreign-touched.ts'

const JOBS = '/apis/batch/v1/namespaces/ci/jobs'

function request(method: string, path: string, name?: string, query = ''): RecordedRequest {
  const body = name === undefined ? undefined : { apiVersion: 'batch/v1', kind: 'Job', metadata: { name } }
  return { method, path, query: new URLSearchParams(query), body, authorization: undefined, what: '' }
}

describe('foreign objects touched', () => {
  test('are none where only what was created before is changed', () => {
    const log = [request('GET', JOBS), request('POST', JOBS, 'ours'), request('DELETE', `${JOBS}/ours`)]
    expect(foreignTouched(log)).toEqual([])
  })

  test.each([
    ['what nobody created', [request('DELETE', `${JOBS}/theirs`)], `DELETE ${JOBS}/theirs`],
    [
      'another than the one that was created',
      [request('POST', JOBS, 'ours'), request('PATCH', `${JOBS}/theirs`)],
      `PATCH ${JOBS}/theirs`,
    ],
    ['all of a kind', [request('POST', JOBS, 'ours'), request('DELETE', JOBS)], `DELETE ${JOBS}`],
    [
      'what a dry run created',
      [request('POST', JOBS, 'ours', 'dryRun=All'), request('DELETE', `${JOBS}/ours`)],
      `DELETE ${JOBS}/ours`,
    ],
    [
      'what is created only later',
      [request('DELETE', `${JOBS}/ours`), request('POST', JOBS, 'ours')],
      `DELETE ${JOBS}/ours`,
    ],
  ])('are told: %s', (_, log, line) => {
    expect(foreignTouched(log)).toEqual([line])
  })
})
