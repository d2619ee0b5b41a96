// The table of everything the API answers. Each file of endpoints exports its rows; a row is
//
//   endpoint  its name, in faults, limits and the log
//   method    GET, POST, ...
//   path      with `:name` for a part that varies: /2/users/:id/tweets
//   tokens    which tokens may use it, as X's OpenAPI document has it: { app, oauth1, scopes },
//             where `scopes` are what an OAuth 2.0 token of an account needs and null refuses
//             those tokens; without `tokens` the endpoint sees to it itself
//   limits    how many requests a window has: { app, user }, and { app_day, user_day } in 24
//             hours; without it, requests are not counted
//   query     the parameters it knows, see params.mjs; none if left out
//   bills     'post', 'user' or 'dm': what its data is charged as; with `owned`, our own cost less
//   answer    (world, request) => { status, body, headers?, type?, bytes?, violation?, bill?,
//             stream? }, or a promise of that
//
// `world` is the Sandbox: store, clock, limits, faults, log, identity, bill, options, settings,
// streams, activity, webhooks, messages, later(ms, work). `request` is { route, args, params, view,
// search, headers, method, url, body, caller, visible, repeat }: `args` has the path's parts,
// `params` and `view` come from the query, `body` is the bytes, `caller` is { kind: 'app' |
// 'oauth1' | 'oauth2', user, scopes, key }. An answer with `stream` has no body: the function is
// given the response after its head was written, and keeps it. `bill` names a price of bill.mjs
// that is due.

import { activityRoutes } from './activity.mjs'
import { loginRoutes } from './login.mjs'
import { messageRoutes } from './messages.mjs'
import { postingRoutes } from './posting.mjs'
import { readingRoutes } from './reading.mjs'
import { streamRoutes } from './stream.mjs'
import { webhookRoutes } from './webhooks.mjs'

export const ROUTES = [
  ...readingRoutes, ...postingRoutes, ...loginRoutes, ...messageRoutes, ...streamRoutes,
  ...activityRoutes, ...webhookRoutes
]

const NOWHERE = { endpoint: 'other' }

export const endpointNames = routes => [...new Set(routes.map(route => route.endpoint))]

// Finds rows of such a table by method and path.
export class Router {
  constructor (routes) {
    this.rows = routes.map(route => {
      const pattern = route.path.replace(/\./g, '\\.').replace(/:(\w+)/g, '(?<$1>[^/]+)')
      return { route, form: new RegExp(`^${pattern}$`) }
    })
  }

  // { route, args }, or { route, args, refusal } for what is nowhere.
  find (method, path) {
    const here = this.rows.filter(({ form }) => form.test(path))
    const hit = here.find(({ route }) => route.method === method)
    if (hit) return { route: hit.route, args: { ...hit.form.exec(path).groups } }
    return { route: NOWHERE, args: {}, refusal: here.length ? 'wrong_method' : 'not_found' }
  }
}
