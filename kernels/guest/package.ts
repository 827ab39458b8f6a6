// The built package inside a guest, found by its own name as a user's program finds it.
export const uring = require('uring') as typeof import('../../index')
