// X's rate limits: for each endpoint and token a window of 15 minutes, and for some windows of 24
// hours for the user and for the app; always on the real clock.

// Reads are loosened so that a demonstration may poll several times a second.
const DEMO_FACTOR = 1000
export const MODES = ['demo', 'real', 'off']
export const KINDS = ['app', 'user', 'app_day', 'user_day']

const DAY_NAMES = { app_day: 'x-app-limit-24hour', user_day: 'x-user-limit-24hour' }

export class Limits {
  constructor (mode = 'demo') { this.set({ mode }) }

  // Any change starts fresh windows. `own` has limits by the endpoint's name: a number for every
  // token in 15 minutes, or some of KINDS.
  set ({ mode = this.mode, window_s: seconds = 900, day_s: daySeconds = 86400, ...own }) {
    this.mode = mode
    this.seconds = { window: seconds, day: daySeconds }
    this.own = own
    this.windows = new Map()
  }

  // As a user's token sees it.
  describe (routes) {
    const limits = routes.filter(route => route.limits)
      .map(route => [route.endpoint, this.#limit(route, { kind: 'oauth2' })])
    return {
      mode: this.mode,
      window_s: this.seconds.window,
      day_s: this.seconds.day,
      ...Object.fromEntries(limits)
    }
  }

  // Counts one request. `early` tells that the client had been told to wait and did not.
  count (route, caller) {
    if (!route.limits) return { refused: false, early: false, headers: {} }
    const now = Date.now()
    const windows = this.#windows(route, caller, now)
    const early = windows.some(window => now < window.waitUntil)
    const spent = windows.filter(window => this.mode !== 'off' && window.used >= window.limit)
    if (spent.length === 0) for (const window of windows) window.used++
    for (const window of spent) window.waitUntil = window.resetsAt
    return { refused: spent.length > 0, early, headers: this.#headers(windows) }
  }

  // A 429 that a fault makes: the client has to wait for it just the same. `which` is 'window',
  // 'app_day' or 'user_day'.
  pretendSpent (route, caller, seconds, which = 'window') {
    if (!route.limits) return {}
    const now = Date.now()
    const [window] = this.#windows(route, caller, now)
    const resetsAt = Math.ceil(now / 1000) + seconds
    window.waitUntil = now + seconds * 1000
    if (which === 'window') return headers('x-rate-limit', window.limit, 0, resetsAt)
    const limit = this.#limits(route)[which] ?? window.limit
    return headers(DAY_NAMES[which], limit, 0, resetsAt)
  }

  // The window of 15 minutes first, then those of 24 hours.
  #windows (route, caller, now) {
    const { endpoint } = route
    const { app_day: appDay, user_day: userDay } = this.#limits(route)
    const windows = [this.#window(`${endpoint} ${caller.key}`, 'x-rate-limit',
      this.#limit(route, caller), this.seconds.window, now)]
    const day = (name, header, limit) => {
      if (limit === undefined) return
      windows.push(this.#window(name, header, limit, this.seconds.day, now))
    }
    day(`${endpoint} app, day`, DAY_NAMES.app_day, appDay)
    day(`${endpoint} ${caller.key}, day`, DAY_NAMES.user_day, userDay)
    return windows
  }

  #window (name, header, limit, seconds, now) {
    const last = this.windows.get(name)
    if (last && now < last.resetsAt) return last
    const waitUntil = last?.waitUntil ?? 0
    const window = { used: 0, resetsAt: now + seconds * 1000, waitUntil, header, limit }
    this.windows.set(name, window)
    return window
  }

  #limits ({ endpoint, limits }) {
    const own = this.own[endpoint]
    return typeof own === 'number' ? { ...limits, app: own, user: own } : { ...limits, ...own }
  }

  #limit (route, { kind }) {
    const limits = this.#limits(route)
    // An endpoint with only a day's limit for the app has none for it in 15 minutes.
    const limit = (kind === 'app' ? limits.app : limits.user) ?? limits.user ?? limits.app
    const loose = this.mode === 'demo' && route.method === 'GET' && !(route.endpoint in this.own)
    return loose ? limit * DEMO_FACTOR : limit
  }

  #headers (windows) {
    return Object.assign({}, ...windows.map(({ header, limit, used, resetsAt }) => {
      const left = this.mode === 'off' ? limit : Math.max(0, limit - used)
      return headers(header, limit, left, Math.ceil(resetsAt / 1000))
    }))
  }
}

function headers (name, limit, remaining, reset) {
  return {
    [`${name}-limit`]: String(limit),
    [`${name}-remaining`]: String(remaining),
    [`${name}-reset`]: String(reset)
  }
}
