// Faults that a test orders in advance: what goes wrong, on which endpoint, and how often.

import { randomBytes } from 'node:crypto'
import { plainProblem, REFUSALS } from './refusals.mjs'

const json = (status, body) => () => ({ status, body })
const plain = (status, title, detail) => () => plainProblem(status, title, detail)

const HTML = '<!DOCTYPE html><html><head><title>Over capacity</title></head>' +
  '<body><h1>Something is technically wrong.</h1></body></html>\n'
const html = status => () => ({ status, type: 'text/html; charset=utf-8', bytes: HTML })

// A spent limit of the kind `which`, with a body.
const spent = (which, body) => (fault, spend) =>
  ({ status: 429, body, headers: spend(fault.reset_in_s ?? 60, which) })

// A kind either replaces the whole exchange (`instead`), or lets the request through and spoils the
// answer (`after`); with `through`, the answer stays as it is, but for what `change` does to its
// body. What is let through counts: a post is taken. Where a kind has both sides, the fault's own
// `taken` chooses. Bodies are those of X's page on errors and of reports from 2026, with the
// host that each was seen with.
const KINDS = {
  bad_request: {
    instead: json(400, {
      errors: [{
        parameters: { 'tweet.fields': ['colour'] },
        message: 'The `tweet.fields` query parameter value [colour] is not one of [id,text]'
      }],
      title: 'Invalid Request',
      detail: 'One or more parameters to your request was invalid.',
      type: 'https://api.twitter.com/2/problems/invalid-request'
    })
  },
  unauthorized: { instead: REFUSALS.unauthorized },
  no_credits: {
    instead: json(402, {
      title: 'CreditsDepleted',
      detail: 'Your enrolled account [1500000000000000001] does not have any credits to fulfill ' +
        'this request.',
      type: 'https://api.twitter.com/2/problems/credits'
    })
  },
  payment_required: {
    instead: json(402, {
      detail: 'credits depleted',
      status: 402,
      title: 'Payment Required',
      type: 'https://api.x.com/2/problems/credits-depleted'
    })
  },
  forbidden: { instead: REFUSALS.forbidden },
  duplicate: { instead: REFUSALS.duplicate },
  not_summoned: { instead: REFUSALS.not_summoned },
  parent_gone: { instead: REFUSALS.parent_gone },
  quote_refused: { instead: REFUSALS.quote_refused },
  oauth1_permissions: {
    instead: json(403, {
      title: 'Forbidden',
      status: 403,
      detail: 'Your client app is not configured with the appropriate oauth1 app permissions ' +
        'for this endpoint.',
      type: 'https://api.twitter.com/2/problems/oauth1-permissions'
    })
  },
  not_enrolled: { instead: clientForbidden('client-not-enrolled') },
  official_client: { instead: clientForbidden('official-client-forbidden') },
  plan_subset: {
    instead: json(403, {
      errors: [{
        message: 'You currently have access to a subset of X API V2 endpoints and limited v1.1 ' +
          'endpoints only.',
        code: 453
      }]
    })
  },
  unsupported_authentication: {
    instead: json(403, {
      title: 'Unsupported Authentication',
      detail: 'Authenticating with this kind of token is forbidden for this endpoint.',
      type: 'https://api.twitter.com/2/problems/unsupported-authentication',
      status: 403
    })
  },
  dm_refused: {
    instead: plain(403, 'Forbidden', 'You do not have permission to DM one or more participants.')
  },
  dm_closed: { instead: plain(403, 'Forbidden', 'This operation is not permitted.') },
  not_found: {
    instead: json(404, {
      title: 'Not Found Error',
      detail: 'Could not find what was asked for.',
      resource_type: 'tweet',
      status: 404,
      type: 'https://api.twitter.com/2/problems/resource-not-found'
    })
  },
  not_authorized: {
    instead: json(404, {
      title: 'Authorization Error',
      detail: 'Sorry, you are not authorized to see what was asked for.',
      resource_type: 'tweet',
      status: 404,
      type: 'https://api.twitter.com/2/problems/not-authorized-for-resource'
    })
  },
  conflict: {
    instead: json(409, {
      title: 'Conflict',
      detail: 'The request conflicts with another one, or there are no rules.',
      status: 409,
      type: 'https://api.twitter.com/2/problems/conflict'
    })
  },
  rate_limited: { instead: spent('window', REFUSALS.rate_limited().body) },
  rate_limited_88: {
    instead: spent('window', { errors: [{ code: 88, message: 'Rate limit exceeded' }] })
  },
  rate_limit_exceeded: {
    instead: spent('window', {
      title: 'Rate Limit Exceeded',
      detail: 'Too many requests in this window.',
      status: 429,
      type: 'https://api.x.com/2/problems/rate-limit-exceeded'
    })
  },
  // The window of 15 minutes has requests left, the day has none.
  app_day_spent: { instead: spent('app_day', REFUSALS.rate_limited().body) },
  user_day_spent: { instead: spent('user_day', REFUSALS.rate_limited().body) },
  usage_capped: {
    instead: json(429, {
      title: 'UsageCapExceeded',
      period: 'Monthly',
      scope: 'Product',
      detail: 'Usage cap exceeded: Monthly product cap',
      type: 'https://api.twitter.com/2/problems/usage-capped'
    })
  },
  too_many_connections: {
    instead: json(429, {
      title: 'ConnectionException',
      detail: 'This stream is currently at the maximum allowed connection limit.',
      connection_issue: 'TooManyConnections',
      type: 'https://api.twitter.com/2/problems/streaming-connection'
    })
  },
  server_error: {
    instead: json(500, {
      title: 'Internal Server Error',
      detail: 'Something is broken. This is usually a temporary error.',
      type: 'about:blank',
      status: 500
    })
  },
  bad_gateway: { instead: html(502) },
  unavailable: { instead: plain(503, 'Service Unavailable') },
  gateway_timeout: { instead: html(504) },
  // OAuth 2: the refresh token is dead, the client did not say who it is.
  token_invalid: {
    instead: json(400, {
      error: 'invalid_request',
      error_description: 'Value passed for the token was invalid.'
    })
  },
  client_unknown: {
    instead: json(401, {
      error: 'unauthorized_client',
      error_description: 'Missing valid authorization header'
    })
  },
  silent_before: { instead: () => ({ silent: true }) },
  silent_after: { after: () => ({ silent: true }) },
  reset_before: { instead: () => ({ reset: true }) },
  reset_after: { after: () => ({ reset: true }) },
  garbage: {
    after: () => ({ status: 200, type: 'application/json', bytes: randomBytes(1024) })
  },
  html: { instead: html(200) },
  half_json: {
    after: answer => {
      const whole = answer.bytes ?? JSON.stringify(answer.body ?? {})
      return { status: 200, bytes: whole.slice(0, Math.ceil(whole.length / 2)) }
    }
  },
  huge: { after: () => ({ status: 200, bytes: hugeJson() }) },
  empty: { after: () => ({ status: 200, type: 'application/json', bytes: '' }) },
  // 200, and beside the data something that could not be had.
  partial: {
    through: true,
    change: body => ({
      ...body,
      errors: [...(body.errors ?? []), {
        title: 'Resource Unavailable',
        detail: 'A post that the answer refers to could not be had.',
        resource_type: 'tweet',
        resource_id: '1',
        type: 'https://api.x.com/2/problems/resource-unavailable'
      }]
    })
  },
  headers: { through: true },
  repeat: { through: true },
  slow: { through: true },
  late: {}
}

const ONLY_ON = {
  repeat: ['mentions', 'timeline'],
  late: ['mentions', 'timeline'],
  partial: ['mentions', 'timeline', 'lookup', 'tweet', 'search', 'users', 'user'],
  token_invalid: ['token'],
  client_unknown: ['token', 'revoke']
}

// What a fault's `rate` does to the headers that tell of limits.
const LARGE = '1080000'
const RATES = {
  none: () => ({}),
  past: headers => withEach(headers, /-reset$/, () => String(Math.floor(Date.now() / 1000) - 60)),
  large: headers => withEach(headers, /^x-rate-limit-limit$/, () => LARGE)
}
const isRate = name => /^x-(rate-limit|(app|user)-limit-24hour)-/.test(name)

function withEach (headers, form, change) {
  return Object.fromEntries(Object.entries(headers)
    .map(([name, value]) => [name, form.test(name) ? change(value) : value]))
}

function rateChanged (headers, rate) {
  if (!rate) return headers
  const entries = Object.entries(headers)
  const rates = Object.fromEntries(entries.filter(([name]) => isRate(name)))
  const others = Object.fromEntries(entries.filter(([name]) => !isRate(name)))
  return { ...others, ...RATES[rate](rates) }
}

function clientForbidden (reason) {
  return json(403, {
    title: 'Client Forbidden',
    detail: 'The app is not allowed to use this endpoint with its plan.',
    reason,
    required_enrollment: 'Appropriate Level of API Access',
    status: 403,
    type: 'https://api.twitter.com/2/problems/client-forbidden'
  })
}

let huge = null
function hugeJson () {
  if (huge) return huge
  const posts = []
  const text = 'The same words over and over again. '.repeat(7).trim()
  for (let n = 0, size = 0; size < 10 * 1024 * 1024; n++) {
    const id = String(1000000000000000000n + BigInt(n))
    posts.push(JSON.stringify({ id, text, edit_history_tweet_ids: [id] }))
    size += posts[n].length + 1
  }
  const meta = JSON.stringify({ result_count: posts.length })
  huge = Buffer.from(`{"data":[${posts.join(',')}],"meta":${meta}}`)
  return huge
}

// What is wrong with a fault as ordered, or null; `endpoints` are the names it may be on.
export function faultProblem (endpoints, fault) {
  const { on, kind, times = 1, after = 0, delay_ms: delay = 0, ...rest } = fault
  const whole = value => Number.isInteger(value) && value >= 0 && value <= 1e9
  const { reset_in_s: reset = 0, taken = false, rate = 'none', ...unknown } = rest
  if (Object.keys(unknown).length) return `unknown member: ${Object.keys(unknown)[0]}`
  if (!endpoints.includes(on)) return `on: must be one of ${endpoints.join(', ')}`
  if (!Object.hasOwn(KINDS, kind)) return `kind: must be one of ${Object.keys(KINDS).join(', ')}`
  if (ONLY_ON[kind]?.includes(on) === false) return `kind: ${kind} does not happen on ${on}`
  if (!whole(times)) return 'times: must be a whole number, 0 for "until cleared"'
  if (!whole(after)) return 'after: must be a whole number'
  if (!whole(delay)) return 'delay_ms: must be a whole number'
  if (!Number.isInteger(reset)) return 'reset_in_s: must be a whole number'
  if (!Object.hasOwn(RATES, rate)) return `rate: must be one of ${Object.keys(RATES).join(', ')}`
  if (typeof taken !== 'boolean') return 'taken: must be true or false'
  return null
}

export class Faults {
  #faults = []
  #held = new Map() // id of a post held back to the moment it may show

  add (fault) {
    const { times = 1, after = 0 } = fault
    const kept = { ...fault, times, after, left: times === 0 ? Infinity : times, skip: after }
    this.#faults.push(kept)
    return describe(kept)
  }

  list () { return this.#faults.filter(isOpen).map(describe) }

  // Also lets go of everything that was held back.
  clear () {
    this.#faults = []
    this.#held.clear()
  }

  // The fault this request meets: the oldest that has no request left to skip.
  take (endpoint) {
    return this.#next(fault => fault.on === endpoint && fault.kind !== 'late')
  }

  // A new post on its way into a timeline: a `late` fault may hold it back.
  hold (post, endpoint) {
    const fault = this.#next(other => other.on === endpoint && other.kind === 'late')
    if (!fault) return
    this.#held.set(post.id, fault.delay_ms ? Date.now() + fault.delay_ms : Infinity)
  }

  isHeld (post) {
    const until = this.#held.get(post.id)
    return until !== undefined && Date.now() < until
  }

  #next (fits) {
    for (const fault of this.#faults) {
      if (!fits(fault) || fault.left === 0) continue
      if (fault.skip > 0) {
        fault.skip--
        continue
      }
      fault.left--
      return fault
    }
    return null
  }
}

const isOpen = fault => fault.left > 0 || fault.kind === 'late'

function describe ({ left, skip, ...fault }) {
  return { ...fault, left: left === Infinity ? null : left }
}

// Plays one exchange. `process` does what the API would have done, and is only called when the
// request gets through; otherwise `notice` counts it; `spend` makes a rate limit of it seem used up
// for some seconds and gives the headers that say so. The outcome is an answer, { silent } or {
// reset }.
export async function play (fault, { process, notice, spend }) {
  if (!fault) return process()
  const { through, change, after, instead } = KINDS[fault.kind]
  if (through) {
    const answer = await process()
    const body = change && answer.status === 200 ? change(answer.body) : answer.body
    return { ...answer, body, headers: rateChanged(answer.headers, fault.rate) }
  }
  const taken = fault.taken ?? Boolean(after)
  const { headers: normal, violation, ...answer } = taken
    ? await process()
    : { body: {}, ...notice() }
  const { headers, ...outcome } = after ? after(answer) : instead(fault, spend)
  return { headers: rateChanged({ ...normal, ...headers }, fault.rate), violation, ...outcome }
}
