// X's rate limits: a window of 15 minutes for each endpoint, always on the real clock.

export const ENDPOINTS = ['mentions', 'timeline', 'post', 'me', 'lookup']

const REAL = { mentions: 300, timeline: 900, post: 100, me: 75, lookup: 5000, other: 900 }
const DEMO_FACTOR = 1000

export const MODES = {
  real: REAL,
  // Reads are loosened so that a demonstration may poll several times a second.
  demo: Object.fromEntries(Object.entries(REAL)
    .map(([name, limit]) => [name, name === 'post' ? limit : limit * DEMO_FACTOR])),
  off: REAL
}

export class Limits {
  constructor (mode = 'demo') { this.set({ mode }) }

  // Any change starts fresh windows.
  set ({ mode = this.mode, window_s: seconds = 900, ...perEndpoint }) {
    this.mode = mode
    this.windowMs = seconds * 1000
    this.limits = { ...MODES[mode], ...perEndpoint }
    this.windows = new Map()
  }

  describe () {
    return { mode: this.mode, window_s: this.windowMs / 1000, ...this.limits }
  }

  // Counts one request. `early` tells that the client had been told to wait and did not.
  count (endpoint) {
    const now = Date.now()
    let window = this.windows.get(endpoint)
    if (!window || now >= window.resetsAt) {
      window = { used: 0, resetsAt: now + this.windowMs, waitUntil: window?.waitUntil ?? 0 }
      this.windows.set(endpoint, window)
    }
    const limit = this.limits[endpoint]
    const early = now < window.waitUntil
    const refused = this.mode !== 'off' && window.used >= limit
    if (!refused) window.used++
    if (refused) window.waitUntil = window.resetsAt
    const left = this.mode === 'off' ? limit : limit - window.used
    return { refused, early, headers: headers(limit, left, Math.ceil(window.resetsAt / 1000)) }
  }

  // A 429 that a fault makes: the client has to wait for it just the same.
  pretendSpent (endpoint, seconds) {
    const now = Date.now()
    const window = this.windows.get(endpoint) ?? { used: 0, resetsAt: now + this.windowMs }
    window.waitUntil = now + seconds * 1000
    this.windows.set(endpoint, window)
    return headers(this.limits[endpoint], 0, Math.ceil(now / 1000) + seconds)
  }
}

function headers (limit, remaining, reset) {
  return {
    'x-rate-limit-limit': String(limit),
    'x-rate-limit-remaining': String(remaining),
    'x-rate-limit-reset': String(reset)
  }
}
