// X's rate limits: for each endpoint and token a window of 15 minutes, always on the real clock.

// Reads are loosened so that a demonstration may poll several times a second.
const DEMO_FACTOR = 1000
export const MODES = ['demo', 'real', 'off']

export class Limits {
  constructor (mode = 'demo') { this.set({ mode }) }

  // Any change starts fresh windows. `own` has limits by the endpoint's name, for every token.
  set ({ mode = this.mode, window_s: seconds = 900, ...own }) {
    this.mode = mode
    this.windowMs = seconds * 1000
    this.own = own
    this.windows = new Map()
  }

  // As a user's token sees it.
  describe (routes) {
    const limits = routes.filter(route => route.limits).map(route => [route.endpoint, this.#limit(route, { kind: 'oauth2' })])
    return { mode: this.mode, window_s: this.windowMs / 1000, ...Object.fromEntries(limits) }
  }

  // Counts one request. `early` tells that the client had been told to wait and did not.
  count (route, caller) {
    if (!route.limits) return { refused: false, early: false, headers: {} }
    const now = Date.now()
    const window = this.#window(route, caller, now)
    const limit = this.#limit(route, caller)
    const early = now < window.waitUntil
    const refused = this.mode !== 'off' && window.used >= limit
    if (!refused) window.used++
    if (refused) window.waitUntil = window.resetsAt
    const left = this.mode === 'off' ? limit : limit - window.used
    return { refused, early, headers: headers(limit, left, Math.ceil(window.resetsAt / 1000)) }
  }

  // A 429 that a fault makes: the client has to wait for it just the same.
  pretendSpent (route, caller, seconds) {
    if (!route.limits) return {}
    const now = Date.now()
    this.#window(route, caller, now).waitUntil = now + seconds * 1000
    return headers(this.#limit(route, caller), 0, Math.ceil(now / 1000) + seconds)
  }

  #window ({ endpoint }, { key }, now) {
    const name = `${endpoint} ${key}`
    const last = this.windows.get(name)
    if (last && now < last.resetsAt) return last
    const window = { used: 0, resetsAt: now + this.windowMs, waitUntil: last?.waitUntil ?? 0 }
    this.windows.set(name, window)
    return window
  }

  #limit ({ endpoint, method, limits }, { kind }) {
    if (this.own[endpoint] !== undefined) return this.own[endpoint]
    const limit = (kind === 'app' ? limits.app : limits.user) ?? limits.user ?? limits.app
    return this.mode === 'demo' && method === 'GET' ? limit * DEMO_FACTOR : limit
  }
}

function headers (limit, remaining, reset) {
  return {
    'x-rate-limit-limit': String(limit),
    'x-rate-limit-remaining': String(remaining),
    'x-rate-limit-reset': String(reset)
  }
}
