// The plan of a guest: what it runs. The host writes it into the image, and the runner reads it.

/** Faults that the self-test puts into a guest to prove that the matrix reports them. */
export const PLANTS = [
  'failing-spec',
  'failing-rust',
  'missing-group',
  'warning',
  'panic',
  'silence',
  'crash',
] as const
export type Plant = (typeof PLANTS)[number]

/** The failing spec of the self-test, which exists in its image only. */
export const PLANTED_SPEC = 'planted.spec.js'

export interface GuestPlan {
  /** Every group that must report at least one result. */
  readonly groups: readonly string[]
  /** Compiled spec, relative to the specs' folder -> its group. */
  readonly specs: Readonly<Record<string, string>>
  /** Test programs of the Rust crate, by name. */
  readonly rust: readonly string[]
  readonly plant?: Plant
}

/** Where things are in a guest. */
export const GUEST = {
  app: '/app',
  plan: '/app/plan.json',
  specs: '/app/__test__',
  groups: '/app/groups',
  rust: '/app/rust',
  deny: '/app/bin/deny',
} as const
