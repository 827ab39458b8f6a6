// The constants that users get: io_uring's and those of Linux that operations take. They are generated
// from the tables in crates/codegen. Proved by __test__/constants.spec.ts.

export { constants } from './generated/exported'
