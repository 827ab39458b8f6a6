// The built package in a guest, which is imported by its name as in a user's program.
export const uring = require('uring') as typeof import('../../index')
