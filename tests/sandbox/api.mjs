// One request to the API: it is counted, its query read, and its route answers.
// No sockets and no faults here.

import { forbids } from './identity.mjs'
import { readQuery } from './params.mjs'
import { invalid, REFUSALS } from './refusals.mjs'
import { ACCOUNTS } from './store.mjs'

export class Api {
  constructor (world) { this.world = world }

  // `request` is what routes.mjs says, without params and view: they are found here.
  async answer (request) {
    const { refused, headers, violations } = this.#count(request)
    const result = await this.#decide(request, refused)
    if (result.violation) violations.push(result.violation)
    this.#charge(request, result)
    return {
      ...result,
      headers: { ...headers, ...result.headers },
      violation: violations.join('; ') || undefined
    }
  }

  // Headers and violations alone, for a request that something else answers.
  notice (request) {
    const { headers, violations } = this.#count(request)
    return { headers, violation: violations.join('; ') || undefined }
  }

  // Failed requests cost nothing: they have no data. Whose app it is: the first account's.
  #charge ({ route, args, caller }, { body, bill }) {
    if (bill) this.world.bill.add(bill)
    if (!route.bills || !body?.data) return
    const owned = route.owned && args.id === ACCOUNTS[0].id && caller.user?.id === args.id
    this.world.bill.answer(body, route.bills, owned)
  }

  #count (request) {
    const { refused, early, headers } = this.world.limits.count(request.route, request.caller)
    const violations = early ? ['asked again before the reset it was told'] : []
    if (!request.headers['user-agent'] && !request.headers['x-user-agent']) {
      violations.push('no User-Agent')
    }
    return { refused, headers, violations }
  }

  #decide (request, refused) {
    const { route, caller, refusal } = request
    if (refusal) return { ...REFUSALS[refusal](), violation: 'no such endpoint' }
    const forbidden = forbids(route.tokens, caller)
    if (forbidden) return forbidden
    if (refused) return { ...REFUSALS.rate_limited(), violation: 'rate limit exceeded' }
    if (!route.tokens) return route.answer(this.world, request)
    const { params, view, problems } = readQuery(route.query, request.search)
    if (problems.length) return invalid(problems)
    return route.answer(this.world, { ...request, params, view })
  }
}
