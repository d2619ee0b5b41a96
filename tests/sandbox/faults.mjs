// Faults that a test orders in advance: what goes wrong, on which endpoint, and how often.

import { randomBytes } from 'node:crypto'
import { REFUSALS } from './refusals.mjs'

const json = (status, body) => () => ({ status, body })

const HTML = '<!DOCTYPE html><html><head><title>Over capacity</title></head>' +
  '<body><h1>Something is technically wrong.</h1></body></html>\n'
const html = status => () => ({ status, type: 'text/html; charset=utf-8', bytes: HTML })

// A kind either replaces the whole exchange (`instead`), or lets the request through and spoils the
// answer (`after`); with `through`, the answer stays as it is. What is let through counts: a post
// is taken. Where a kind has both sides, the fault's own `taken` chooses.
const KINDS = {
  rate_limited: {
    instead: (fault, spend) => ({
      ...REFUSALS.rate_limited(),
      headers: spend(fault.reset_in_s ?? 60)
    })
  },
  usage_capped: {
    instead: json(429, {
      title: 'UsageCapExceeded',
      period: 'Monthly',
      scope: 'Product',
      detail: 'Usage cap exceeded: Monthly product cap',
      type: 'https://api.twitter.com/2/problems/usage-capped'
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
  forbidden: { instead: REFUSALS.forbidden },
  duplicate: { instead: REFUSALS.duplicate },
  server_error: {
    instead: json(500, {
      title: 'Internal Server Error',
      detail: 'Something is broken. This is usually a temporary error.',
      type: 'about:blank',
      status: 500
    })
  },
  bad_gateway: { instead: html(502) },
  unavailable: {
    instead: json(503, {
      title: 'Service Unavailable', detail: 'Service Unavailable', type: 'about:blank', status: 503
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
      const whole = JSON.stringify(answer.body)
      return { status: 200, bytes: whole.slice(0, Math.ceil(whole.length / 2)) }
    }
  },
  huge: { after: () => ({ status: 200, bytes: hugeJson() }) },
  empty: { after: () => ({ status: 200, type: 'application/json', bytes: '' }) },
  repeat: { through: true },
  slow: { through: true },
  late: {}
}

const ONLY_ON = { repeat: ['mentions', 'timeline'], late: ['mentions', 'timeline'] }

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
export function faultProblem (endpoints, { on, kind, times = 1, after = 0, delay_ms: delay = 0, ...rest }) {
  const whole = value => Number.isInteger(value) && value >= 0 && value <= 1e9
  const { reset_in_s: reset = 0, taken = false, ...unknown } = rest
  if (Object.keys(unknown).length) return `unknown member: ${Object.keys(unknown)[0]}`
  if (!endpoints.includes(on)) return `on: must be one of ${endpoints.join(', ')}`
  if (!Object.hasOwn(KINDS, kind)) return `kind: must be one of ${Object.keys(KINDS).join(', ')}`
  if (ONLY_ON[kind]?.includes(on) === false) return `kind: ${kind} does not happen on ${on}`
  if (!whole(times)) return 'times: must be a whole number, 0 for "until cleared"'
  if (!whole(after)) return 'after: must be a whole number'
  if (!whole(delay)) return 'delay_ms: must be a whole number'
  if (!Number.isInteger(reset)) return 'reset_in_s: must be a whole number'
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
// request gets through; otherwise `notice` counts it; `spend` makes its rate limit seem used up for some
// seconds and gives the headers that say so. The outcome is an answer, { silent } or { reset }.
export function play (fault, { process, notice, spend }) {
  if (!fault) return process()
  const kind = KINDS[fault.kind]
  if (kind.through) return process()
  const taken = fault.taken ?? Boolean(kind.after)
  const { headers: normal, violation, ...answer } = taken ? process() : { body: {}, ...notice() }
  const { headers, ...outcome } = kind.after ? kind.after(answer) : kind.instead(fault, spend)
  return { headers: { ...normal, ...headers }, violation, ...outcome }
}
