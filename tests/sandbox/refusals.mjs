// The bodies with which X refuses (its page on errors, 2026-08), each with its status.

import { LIMIT } from './weigh.mjs'

export const PROBLEMS = 'https://api.x.com/2/problems/'

export const plainProblem = (status, title, detail = title) =>
  ({ status, body: { title, type: 'about:blank', status, detail } })

export const REFUSALS = {
  unauthorized: () => plainProblem(401, 'Unauthorized'),
  forbidden: () =>
    plainProblem(403, 'Forbidden', 'You are not permitted to perform this action'),
  duplicate: () => plainProblem(403, 'Forbidden',
    'You are not allowed to create a Tweet with duplicate content.'),
  not_summoned: () => plainProblem(403, 'Forbidden',
    'Reply to this conversation is not allowed because you have not been mentioned or ' +
    'otherwise engaged by the author of the post you are replying to.'),
  quote_refused: () => plainProblem(403, 'Forbidden',
    'Quoting this post is not allowed because you have not been mentioned or are not part of the ' +
    'conversation thread of the post you are quoting.'),
  parent_gone: () => plainProblem(403, 'Forbidden',
    'You attempted to reply to a Tweet that is deleted or not visible to you.'),
  too_long: weight => plainProblem(403, 'Forbidden',
    `Your post is too long: ${weight} of ${LIMIT} characters.`),
  not_found: () => plainProblem(404, 'Not Found'),
  wrong_method: () => plainProblem(405, 'Method Not Allowed'),
  rate_limited: () => plainProblem(429, 'Too Many Requests')
}

// One entry of a 400's `errors`.
export function problem (name, value, message) {
  return { parameters: { [name]: [String(value)] }, message }
}

export function invalid (errors) {
  return {
    status: 400,
    violation: errors.map(error => error.message).join('; '),
    body: {
      errors,
      title: 'Invalid Request',
      detail: 'One or more parameters to your request was invalid.',
      type: PROBLEMS + 'invalid-request'
    }
  }
}

// An entry of the `errors` beside data: something asked for is not there.
export function notFound (kind, parameter, id) {
  return {
    value: id,
    detail: `Could not find ${kind} with ${parameter}: [${id}].`,
    title: 'Not Found Error',
    resource_type: kind,
    parameter,
    resource_id: id,
    type: PROBLEMS + 'resource-not-found'
  }
}

// The same for what the caller may not see: protected, suspended, or the caller was blocked.
export function notAuthorized (kind, parameter, id) {
  return {
    value: id,
    detail: `Sorry, you are not authorized to see the ${kind} with ${parameter}: [${id}].`,
    title: 'Authorization Error',
    resource_type: kind,
    parameter,
    resource_id: id,
    type: PROBLEMS + 'not-authorized-for-resource'
  }
}

// The same for what is withheld. X's wording is not documented.
export function unavailable (kind, parameter, id) {
  return {
    value: id,
    detail: `The ${kind} with ${parameter}: [${id}] is withheld.`,
    title: 'Resource Unavailable',
    resource_type: kind,
    parameter,
    resource_id: id,
    type: PROBLEMS + 'resource-unavailable'
  }
}

export function suspended (parameter, id) {
  const detail = `User has been suspended: [${id}].`
  return { ...notFound('user', parameter, id), detail, title: 'Forbidden' }
}
